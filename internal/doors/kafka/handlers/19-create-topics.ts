import type { Broker, CreateTopicRequest } from "../../../broker/api.ts";
import { copiesOf, misplaced, putCopies } from "../assignments.ts";
import { sourceOf } from "../configs.ts";
import { Refusal, refused, SUCCESS } from "../errors.ts";
import { createTopics } from "../protocol/messages/19-create-topics.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";
import { distinct, repeated } from "../topics.ts";

type RequestedTopic = RequestOf<typeof createTopics>["topics"][number];
type AnsweredTopic = AnswerOf<typeof createTopics>["topics"][number];

/** Leaves a number to the broker. */
const DEFAULT = -1;

/**
 * CreateTopics 2-7.
 *
 * - Each topic by itself: it is there, and durable, when the answer comes; validateOnly checks all
 *   of it and makes nothing. timeoutMs is ignored.
 * - -1 partitions or copies: the broker's default.
 * - Assignments give the number of partitions and of copies: partitions from 0 on without a gap,
 *   each on brokers that there are, with as many copies as the others; otherwise
 *   INVALID_REPLICA_ASSIGNMENT, or INVALID_REQUEST when numbers are given as well. In a cluster the
 *   partitions are moved there, empty as they are, when they are made.
 * - A name that stands twice: INVALID_REQUEST, once. A null setting: INVALID_CONFIG.
 * - The answer has the topic's settings with their sources; with validateOnly, only those given.
 */
export const createTopicsService = service(
  createTopics,
  async ({ topics, validateOnly }, { client }) => {
    const twice = repeated(topics.map(({ name }) => name));
    const answers = distinct(topics, ({ name }) => name).map((topic) =>
      create(client.broker, topic, validateOnly, twice),
    );
    return { throttleTimeMs: 0, topics: await Promise.all(answers) };
  },
);

async function create(
  broker: Broker,
  requested: RequestedTopic,
  validateOnly: boolean,
  twice: ReadonlySet<string>,
): Promise<AnsweredTopic> {
  const { name } = requested;
  try {
    if (twice.has(name)) throw new Refusal("INVALID_REQUEST", `${name} is in the request twice`);
    const config = configOf(requested);
    const sizes = sizesOf(broker, requested);
    const topic = await broker.createTopic({ name, ...sizes, config, validateOnly });
    if (!validateOnly) {
      await putCopies(
        broker,
        requested.assignments.map(({ partitionIndex: partition, brokerIds: replicas }) => {
          return { topic: name, partition, replicas };
        }),
      );
    }
    return {
      name,
      // A topic that was only checked will have another id when it is made.
      topicId: validateOnly ? ZERO_UUID : topic.id,
      ...SUCCESS,
      numPartitions: topic.partitionCount,
      replicationFactor: copiesOfTopic(broker, name),
      configs: validateOnly ? givenEntries(config) : entriesOf(broker, name),
    };
  } catch (error) {
    return { name, topicId: ZERO_UUID, ...refused(error), configs: [] };
  }
}

function copiesOfTopic(broker: Broker, name: string): number {
  return broker.partition(name, 0)?.replicas.length ?? broker.replication.brokers().length;
}

function sizesOf(
  broker: Broker,
  { numPartitions, replicationFactor, assignments }: RequestedTopic,
): Pick<CreateTopicRequest, "partitionCount" | "replicationFactor"> {
  if (assignments.length === 0) {
    return {
      partitionCount: numPartitions === DEFAULT ? null : numPartitions,
      replicationFactor: replicationFactor === DEFAULT ? null : replicationFactor,
    };
  }
  if (numPartitions !== DEFAULT || replicationFactor !== DEFAULT) {
    const message = "with assignments, the numbers of partitions and of copies are to be -1";
    throw new Refusal("INVALID_REQUEST", message);
  }
  const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex));
  for (let index = 0; index < assignments.length; index++) {
    if (!indexes.has(index)) throw misplaced(`partition ${index} has no assignment`);
  }
  const copies = copiesOf(
    broker,
    assignments.map(({ brokerIds }) => brokerIds),
  );
  return { partitionCount: assignments.length, replicationFactor: copies };
}

function configOf({ configs }: RequestedTopic): ReadonlyMap<string, string> {
  const config = new Map<string, string>();
  for (const { name, value } of configs) {
    if (value === null) throw new Refusal("INVALID_CONFIG", `${name} has no value`);
    config.set(name, value);
  }
  return config;
}

type AnsweredEntries = NonNullable<AnsweredTopic["configs"]>;

function entriesOf(broker: Broker, topic: string): AnsweredEntries {
  return broker.topicConfig(topic).map((entry) => ({
    name: entry.name,
    value: entry.value,
    readOnly: entry.readOnly,
    configSource: sourceOf(entry.source),
    isSensitive: false,
  }));
}

function givenEntries(config: ReadonlyMap<string, string>): AnsweredEntries {
  const rest = { readOnly: false, configSource: sourceOf("topic"), isSensitive: false };
  return [...config].map(([name, value]) => ({ name, value, ...rest }));
}
