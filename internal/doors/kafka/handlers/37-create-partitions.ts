import type { Broker } from "../../../broker/api.ts";
import { copiesOf, misplaced, putCopies } from "../assignments.ts";
import { outcomeOf, Refusal } from "../errors.ts";
import { createPartitions } from "../protocol/messages/37-create-partitions.ts";
import { type RequestOf, service } from "../service.ts";
import { distinct, repeated, topicNamed } from "../topics.ts";

type RequestedTopic = RequestOf<typeof createPartitions>["topics"][number];

/**
 * CreatePartitions 0-3.
 *
 * - Each topic by itself; validateOnly checks and changes nothing. timeoutMs is ignored.
 * - A count that isn't larger than the present one: INVALID_PARTITIONS.
 * - Assignments have to fit: one for each new partition, on brokers that there are. In a cluster
 *   the new partitions are moved there, empty as they are, when they are made.
 * - A topic that stands twice: INVALID_REQUEST, once.
 */
export const createPartitionsService = service(
  createPartitions,
  async ({ topics, validateOnly }, { client: { broker } }) => {
    const twice = repeated(topics.map(({ name }) => name));
    const results = distinct(topics, ({ name }) => name).map(async (topic) => ({
      name: topic.name,
      ...(await outcomeOf(() => {
        if (twice.has(topic.name)) throw new Refusal("INVALID_REQUEST", "the topic is there twice");
        return grow(broker, topic, validateOnly);
      })),
    }));
    return { throttleTimeMs: 0, results: await Promise.all(results) };
  },
);

async function grow(
  broker: Broker,
  { name, count, assignments }: RequestedTopic,
  validateOnly: boolean,
): Promise<void> {
  const added = count - topicNamed(broker, name).partitionCount;
  if (assignments !== null && added > 0) {
    if (assignments.length !== added) {
      throw misplaced(`${added} partitions are new, and ${assignments.length} are assigned`);
    }
    copiesOf(
      broker,
      assignments.map(({ brokerIds }) => brokerIds),
    );
  }
  await broker.createPartitions(name, count, validateOnly);
  if (validateOnly || assignments === null) return;
  await putCopies(
    broker,
    assignments.map(({ brokerIds }, at) => {
      return { topic: name, partition: count - added + at, replicas: brokerIds };
    }),
  );
}
