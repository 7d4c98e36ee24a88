import type { Broker, Topic } from "../../../broker/api.ts";
import { TOPIC_OPERATIONS } from "../cluster.ts";
import { Refusal, refusedName } from "../errors.ts";
import { partitionsOf } from "../partitions.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { describeTopicPartitions } from "../protocol/messages/75-describe-topic-partitions.ts";
import { NOT_ASKED_FOR } from "../protocol/messages/authorized-operations.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";
import { legallyNamed } from "../topics.ts";

type Request = RequestOf<typeof describeTopicPartitions>;
type Answer = AnswerOf<typeof describeTopicPartitions>;
type AnsweredTopic = Answer["topics"][number];

/**
 * DescribeTopicPartitions 0.
 *
 * - The topics named, or all, in the order of their names; a page has as many partitions as the
 *   request allows, at the most the broker's own limit, and at least one.
 * - nextCursor says where the next page starts; the cursor of a request where this one does.
 *   Topics before it are left out, and a topic that has gone meanwhile is passed over.
 * - A topic that isn't there: UNKNOWN_TOPIC_OR_PARTITION, or INVALID_TOPIC_EXCEPTION.
 * - A cursor at a negative partition, or at a topic that isn't among those named: INVALID_REQUEST,
 *   for each topic.
 */
export const describeTopicPartitionsService = service(
  describeTopicPartitions,
  async (request, { client: { broker, limits } }) => {
    const names = namesOf(broker, request);
    if (!isCursorValid(request)) {
      const asked = request.topics.length === 0 ? names : request.topics.map(({ name }) => name);
      const topics = asked.map((name) => unavailable(name, new Refusal("INVALID_REQUEST")));
      return { throttleTimeMs: 0, topics, nextCursor: null };
    }
    const room = Math.min(Math.max(request.responsePartitionLimit, 1), limits.maxPartitionsPerPage);
    const page = pageOf(broker, names, request.cursor, room);
    return { throttleTimeMs: 0, ...page };
  },
);

function isCursorValid({ topics, cursor }: Request): boolean {
  if (cursor === null) return true;
  const named = topics.length === 0 || topics.some(({ name }) => name === cursor.topicName);
  return named && cursor.partitionIndex >= 0;
}

/** The names of the topics to describe, in order, from the cursor on. */
function namesOf(broker: Broker, { topics, cursor }: Request): string[] {
  const all = topics.length === 0 ? broker.topics() : topics;
  const names = [...new Set(all.map(({ name }) => name))].sort();
  return cursor === null ? names : names.filter((name) => name >= cursor.topicName);
}

function pageOf(
  broker: Broker,
  names: readonly string[],
  cursor: Request["cursor"],
  maxPartitions: number,
): Pick<Answer, "topics" | "nextCursor"> {
  const topics: AnsweredTopic[] = [];
  let room = maxPartitions;
  for (const name of names) {
    const topic = broker.topic(name);
    if (topic === undefined) {
      topics.push(missing(broker, name));
      continue;
    }
    const from = cursor?.topicName === name ? cursor.partitionIndex : 0;
    if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: from } };
    const described = describe(broker, topic, from, room);
    topics.push(described);
    room -= described.partitions.length;
    const next = from + described.partitions.length;
    if (next < topic.partitionCount) {
      return { topics, nextCursor: { topicName: name, partitionIndex: next } };
    }
  }
  return { topics, nextCursor: null };
}

function describe(broker: Broker, topic: Topic, from: number, count: number): AnsweredTopic {
  const partitions = partitionsOf(broker, topic, from, count).map((partition) => ({
    ...partition,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  }));
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions,
    topicAuthorizedOperations: TOPIC_OPERATIONS,
  };
}

/** A topic that was not there. */
function missing(broker: Broker, name: string): AnsweredTopic {
  try {
    return describe(broker, legallyNamed(broker, name), 0, 0);
  } catch (error) {
    return unavailable(name, error);
  }
}

function unavailable(name: string, error: unknown): AnsweredTopic {
  const invalid = refusedName(error) === "INVALID_REQUEST";
  const errorCode = kafkaErrors[refusedName(error)].code;
  const topicAuthorizedOperations = invalid ? NOT_ASKED_FOR : TOPIC_OPERATIONS;
  return { errorCode, name, topicId: ZERO_UUID, partitions: [], topicAuthorizedOperations };
}
