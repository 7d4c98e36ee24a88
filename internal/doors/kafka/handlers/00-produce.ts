import type { ProduceReceipt, ProduceRequest } from "../../../broker/api.ts";
import { BrokerError, type RecordFault } from "../../../broker/errors.ts";
import { codecOf } from "../../../record/batch.ts";
import { HEADER_BYTES } from "../../../record/layout.ts";
import { leaderOf, type Node, nodesOf } from "../cluster.ts";
import { Refusal, refused, refusedName } from "../errors.ts";
import { produce } from "../protocol/messages/00-produce.ts";
import type { ByteRange } from "../protocol/table.ts";
import {
  type AnswerOf,
  HangUp,
  promptService,
  type RequestContext,
  type RequestOf,
} from "../service.ts";

type Request = RequestOf<typeof produce>;
type RequestedPartition = Request["topicData"][number]["partitionData"][number];
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
 * - When some records are at fault (no key, a wrong time), the batch is refused and they are told
 *   from version 8 on; clients give the others an error of their own.
 * - An idempotent producer's duplicate is answered like the first try, with its offset.
 * - A transactional id: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which producers don't try again.
 * - With NOT_LEADER_OR_FOLLOWER, from version 10 on, the leader and its address (KIP-951).
 * - timeoutMs is ignored.
 */
export const produceService = promptService(produce, (request, context, respond, fail) => {
  appendAll(request, context, (responses) => {
    const failure = request.acks === 0 ? firstFailure(responses) : null;
    if (failure !== null) fail(new HangUp(`with acks=0, ${failure}`));
    else if (request.acks === 0) respond(null);
    else respond({ responses, nodeEndpoints: addresses(responses, context) });
  });
});

const NO_RECORDS: ByteRange = { buffer: new Uint8Array(0), from: 0, to: 0 };

/** What is wrong with the first partition that failed; null if none did. */
function firstFailure(responses: readonly AnsweredTopic[]): string | null {
  for (const { partitionResponses } of responses) {
    for (const { errorCode, errorMessage } of partitionResponses) {
      if (errorCode !== 0) return errorMessage ?? "";
    }
  }
  return null;
}

/** The brokers' addresses, where an answer names a leader. */
function addresses(responses: readonly AnsweredTopic[], { client }: RequestContext): Node[] {
  for (const { partitionResponses } of responses) {
    for (const { currentLeader } of partitionResponses) {
      if (currentLeader !== undefined) return nodesOf(client.broker);
    }
  }
  return [];
}

/** Begins all appends of a request; calls `done` when each of them has its answer. */
function appendAll(
  request: Request,
  context: RequestContext,
  done: (responses: readonly AnsweredTopic[]) => void,
): void {
  const { client, version } = context;
  let missing = 1; // until all have begun
  const settled = (): void => {
    if (--missing === 0) done(responses);
  };
  const responses = request.topicData.map(({ name, topicId, partitionData }) => {
    const known = version < TOPIC_ID_VERSION ? name : client.broker.topicById(topicId)?.name;
    const partitionResponses: AnsweredPartition[] = [];
    missing += partitionData.length;
    partitionData.forEach((partition, place) => {
      append(request, known, partition, context, (answer) => {
        partitionResponses[place] = answer;
        settled();
      });
    });
    return { name, topicId, partitionResponses };
  });
  settled();
}

function append(
  request: Request,
  topic: string | undefined,
  { index, records }: RequestedPartition,
  context: RequestContext,
  done: (answer: AnsweredPartition) => void,
): void {
  const acks =
    topic === undefined
      ? new Refusal("UNKNOWN_TOPIC_ID")
      : admit(request, records, context.version);
  if (topic === undefined || acks instanceof Refusal) {
    done(refusal(topic, index, acks, context));
    return;
  }
  const { buffer, from, to } = records ?? NO_RECORDS;
  context.client.broker.submit({ topic, partition: index, buffer, from, to, acks }, (outcome) => {
    done(
      outcome instanceof BrokerError
        ? refusal(topic, index, outcome, context)
        : appended(index, outcome),
    );
  });
}

function appended(index: number, receipt: ProduceReceipt): AnsweredPartition {
  const { baseOffset, logAppendTimeMs, logStartOffset } = receipt;
  return { index, errorCode: 0, baseOffset, logAppendTimeMs, logStartOffset, recordErrors: [] };
}

function refusal(
  topic: string | undefined,
  index: number,
  error: unknown,
  { client, version }: RequestContext,
): AnsweredPartition {
  const faults = error instanceof BrokerError ? error.records : [];
  const told =
    faults.length === 0 || topic === undefined ? null : client.broker.partition(topic, index);
  const answer = {
    index,
    ...refused(error),
    baseOffset: -1,
    logStartOffset: told?.logStartOffset ?? -1,
    recordErrors: faults.map(recordError),
  };
  const moved = version >= LEADER_VERSION && refusedName(error) === "NOT_LEADER_OR_FOLLOWER";
  if (!moved || topic === undefined) return answer;
  return { ...answer, currentLeader: leaderOf(client.broker, topic, index) };
}

function recordError({ index: batchIndex, message: batchIndexErrorMessage }: RecordFault) {
  return { batchIndex, batchIndexErrorMessage };
}

/** Checks what depends on the request's version, or on the request as a whole. */
function admit(
  { acks, transactionalId }: Request,
  records: ByteRange | null,
  version: number,
): ProduceRequest["acks"] | Refusal {
  if (transactionalId !== null) return new Refusal("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
  if (acks !== -1 && acks !== 0 && acks !== 1) return new Refusal("INVALID_REQUIRED_ACKS");
  const { buffer, from, to } = records ?? NO_RECORDS;
  if (from === to) return new Refusal("INVALID_RECORD", "there is no record batch");
  const old = version < ZSTD_VERSION && to - from >= HEADER_BYTES;
  if (old && codecOf(buffer, from) === "zstd") {
    return new Refusal("UNSUPPORTED_COMPRESSION_TYPE", "zstd takes version 7 of this request");
  }
  return acks;
}
