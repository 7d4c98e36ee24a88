import type { ProduceRequest } from "../../../broker/api.ts";
import { codecOf } from "../../../record/batch.ts";
import { HEADER_BYTES } from "../../../record/layout.ts";
import { leaderOf, type Node, nodesOf } from "../cluster.ts";
import { Refusal, refused, refusedName } from "../errors.ts";
import { produce } from "../protocol/messages/00-produce.ts";
import type { ByteRange } from "../protocol/table.ts";
import { type AnswerOf, HangUp, type RequestContext, type RequestOf, service } from "../service.ts";

type Request = RequestOf<typeof produce>;
type RequestedTopic = Request["topicData"][number];
type RequestedPartition = RequestedTopic["partitionData"][number];
type AnsweredTopic = AnswerOf<typeof produce>["responses"][number];
type AnsweredPartition = AnsweredTopic["partitionResponses"][number];

/** The first version whose clients can read zstd. */
const ZSTD_VERSION = 7;
const LEADER_VERSION = 10;
const TOPIC_ID_VERSION = 13;

/**
 * Produce 3-13, also offered as 0-2, which are not served.
 *
 * - All batches of a request are appended at once, in its order; it is answered when all are done.
 *   Each partition succeeds or fails by itself.
 * - Exactly one batch of format 2 per partition: none at all, or more, is INVALID_RECORD.
 * - acks 0: no answer; when a partition fails the connection ends, so that the client notices.
 *   acks other than 0, 1 and -1: INVALID_REQUIRED_ACKS.
 * - An idempotent producer's duplicate is answered like the first try, with its offset.
 * - A transactional id: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which producers don't try again.
 * - With NOT_LEADER_OR_FOLLOWER, from version 10 on, the leader and its address (KIP-951).
 * - timeoutMs is ignored.
 */
export const produceService = service(produce, async (request, context) => {
  const responses = await ofEach(request.topicData, (topic) =>
    appendTopic(request, topic, context),
  );
  if (request.acks !== 0) return { responses, nodeEndpoints: addresses(responses, context) };
  for (const { partitionResponses } of responses) {
    const failed = partitionResponses.find(({ errorCode }) => errorCode !== 0);
    if (failed !== undefined) throw new HangUp(`with acks=0, ${failed.errorMessage}`);
  }
  return null;
});

const NO_RECORDS: ByteRange = { buffer: new Uint8Array(0), from: 0, to: 0 };
const NOTHING_APPENDED = { baseOffset: -1, logStartOffset: -1, recordErrors: [] } as const;

/** The brokers' addresses, where an answer names a leader. */
function addresses(responses: readonly AnsweredTopic[], { client }: RequestContext): Node[] {
  const named = responses.some(({ partitionResponses }) =>
    partitionResponses.some(({ currentLeader }) => currentLeader !== undefined),
  );
  return named ? nodesOf(client.broker) : [];
}

/** `Promise.all`, spared where there is only one, as in requests that come by the 100,000. */
async function ofEach<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const [first] = items;
  if (items.length === 1 && first !== undefined) return [await work(first)];
  return Promise.all(items.map(work));
}

async function appendTopic(
  request: Request,
  { name, topicId, partitionData }: RequestedTopic,
  context: RequestContext,
): Promise<AnsweredTopic> {
  const { client, version } = context;
  const known = version < TOPIC_ID_VERSION ? name : client.broker.topicById(topicId)?.name;
  const partitionResponses = await ofEach(partitionData, (partition) =>
    append(request, known, partition, context),
  );
  return { name, topicId, partitionResponses };
}

async function append(
  request: Request,
  topic: string | undefined,
  { index, records }: RequestedPartition,
  { client, version }: RequestContext,
): Promise<AnsweredPartition> {
  const { broker } = client;
  try {
    if (topic === undefined) throw new Refusal("UNKNOWN_TOPIC_ID");
    const acks = admit(request, records, version);
    const { buffer, from, to } = records ?? NO_RECORDS;
    const receipt = await broker.produce({ topic, partition: index, buffer, from, to, acks });
    const { baseOffset, logAppendTimeMs, logStartOffset } = receipt;
    return { index, errorCode: 0, baseOffset, logAppendTimeMs, logStartOffset, recordErrors: [] };
  } catch (error) {
    const refusal = { index, ...refused(error), ...NOTHING_APPENDED };
    const moved = version >= LEADER_VERSION && refusedName(error) === "NOT_LEADER_OR_FOLLOWER";
    if (!moved || topic === undefined) return refusal;
    return { ...refusal, currentLeader: leaderOf(broker, topic, index) };
  }
}

/** Checks what depends on the request's version, or on the request as a whole. Throws `Refusal`. */
function admit(
  { acks, transactionalId }: Request,
  records: ByteRange | null,
  version: number,
): ProduceRequest["acks"] {
  if (transactionalId !== null) throw new Refusal("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
  if (acks !== -1 && acks !== 0 && acks !== 1) throw new Refusal("INVALID_REQUIRED_ACKS");
  const { buffer, from, to } = records ?? NO_RECORDS;
  if (from === to) throw new Refusal("INVALID_RECORD", "there is no record batch");
  const old = version < ZSTD_VERSION && to - from >= HEADER_BYTES;
  if (old && codecOf(buffer, from) === "zstd") {
    throw new Refusal("UNSUPPORTED_COMPRESSION_TYPE", "zstd takes version 7 of this request");
  }
  return acks;
}
