import type { Broker, FetchedPartition } from "../../../broker/api.ts";
import { baseOffset } from "../../../record/batch.ts";
import { leaderOf, nodesOf } from "../cluster.ts";
import { refused, refusedName } from "../errors.ts";
import type { FoundTopic } from "../fetch/watch-list.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { fetch } from "../protocol/messages/01-fetch.ts";
import { type AnswerOf, type RequestContext, type RequestOf, service } from "../service.ts";

type Request = RequestOf<typeof fetch>;
type Answer = AnswerOf<typeof fetch>;
type AnsweredPartition = Answer["responses"][number]["partitions"][number];

const LEADER_VERSION = 12;
const TOPIC_ID_VERSION = 13;
const ADDRESS_VERSION = 16;

const READ_COMMITTED = 1;

/** No other broker is preferred. */
const HERE = -1;

/** Errors that a client gets over by asking another broker. */
const LEADER_ERRORS = new Set(["NOT_LEADER_OR_FOLLOWER", "FENCED_LEADER_EPOCH"]);

/**
 * Fetch 4-18.
 *
 * - Waits up to maxWaitMs for minBytes of records; an error in a partition is told at once.
 * - The first partition with records gives at least one batch, however small maxBytes is; the
 *   whole answer stays below the connection's share of the broker's own bound.
 * - Sessions (KIP-227): all partitions in the first answer, then those with records, an error, or
 *   other ends than they had. When there is no room for a session, the answer's session id is 0.
 *   Sessions end with their connection.
 * - From version 13 on topics are named by their ids; one that isn't known is UNKNOWN_TOPIC_ID.
 * - There are no transactions, so everything is committed: the last stable offset is the high
 *   watermark, and no transaction was aborted.
 * - With errors of leadership, the leader from version 12 on and its address from 16 on (KIP-951).
 * - A consumer that says which rack it stands in is sent to a slave there, if that has as much
 *   (KIP-392). A slave answers everyone; OFFSET_NOT_AVAILABLE for what it has not got yet.
 * - lastFetchedEpoch, logStartOffset and what only followers send are ignored.
 */
export const fetchService = service(fetch, async (request, context) => {
  const { fetches } = context.client;
  const opened = fetches.open(request, context.version >= TOPIC_ID_VERSION);
  if (typeof opened === "string") return failed(kafkaErrors[opened].code);
  try {
    const found = await opened.list.poll(limitsOf(request, opened.full, context));
    return answer(found, opened.session?.id ?? 0, request, context);
  } catch (error) {
    return failed(refused(error).errorCode);
  } finally {
    fetches.done(opened);
  }
});

function failed(errorCode: number): Answer {
  return { throttleTimeMs: 0, errorCode, responses: [] };
}

function limitsOf(request: Request, full: boolean, { client }: RequestContext) {
  const maxBytes = Math.min(Math.max(0, request.maxBytes), client.answerShare.bytes);
  return {
    minBytes: Math.min(request.minBytes, maxBytes),
    maxBytes,
    maxWaitMs: request.maxWaitMs,
    includeUnchanged: full,
  };
}

function answer(
  found: readonly FoundTopic[],
  sessionId: number,
  { isolationLevel, rackId }: Request,
  { client, version }: RequestContext,
): Answer {
  const { broker } = client;
  const committed = isolationLevel === READ_COMMITTED;
  const responses = found.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map((partition) =>
      partition.error === null
        ? foundRecords(partition, committed, nearCopyOf(broker, partition, rackId))
        : foundError(partition, topicId, broker, version),
    ),
  }));
  const named = version >= ADDRESS_VERSION && responses.some(namesLeader);
  const nodeEndpoints = named ? nodesOf(broker) : [];
  return { throttleTimeMs: 0, errorCode: 0, sessionId, responses, nodeEndpoints };
}

function foundRecords(
  { partition, highWatermark, logStartOffset, records }: FetchedPartition,
  committed: boolean,
  preferredReadReplica: number,
): AnsweredPartition {
  return {
    partitionIndex: partition,
    errorCode: 0,
    highWatermark,
    lastStableOffset: highWatermark,
    logStartOffset,
    abortedTransactions: committed ? [] : null,
    preferredReadReplica,
    records: preferredReadReplica === HERE ? records : [],
  };
}

/** Where a consumer in this rack had better read; `HERE` if that is here. */
function nearCopyOf(
  { replication }: Broker,
  { topic, partition, highWatermark, records }: FetchedPartition,
  rackId: string,
): number {
  if (rackId === "") return HERE;
  const [first] = records;
  const offset = first === undefined ? highWatermark : baseOffset(first, 0);
  return replication.nearCopy(topic, partition, rackId, offset) ?? HERE;
}

function foundError(
  { topic, partition, error }: FetchedPartition,
  topicId: string,
  broker: Broker,
  version: number,
): AnsweredPartition {
  const name = refusedName(error);
  const unknown = version >= TOPIC_ID_VERSION && broker.topicById(topicId) === undefined;
  const nothing = {
    partitionIndex: partition,
    errorCode: kafkaErrors[unknown ? "UNKNOWN_TOPIC_ID" : name].code,
    highWatermark: -1,
    abortedTransactions: null,
    records: [],
  };
  if (version < LEADER_VERSION || !LEADER_ERRORS.has(name)) return nothing;
  return { ...nothing, currentLeader: leaderOf(broker, topic, partition) };
}

function namesLeader({ partitions }: Answer["responses"][number]): boolean {
  return partitions.some(({ currentLeader }) => currentLeader !== undefined);
}
