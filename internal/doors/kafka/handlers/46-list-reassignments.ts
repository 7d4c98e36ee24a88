import type { Broker, PartitionStatus } from "../../../broker/api.ts";
import { SUCCESS } from "../errors.ts";
import { listReassignments } from "../protocol/messages/46-list-reassignments.ts";
import { type RequestOf, service } from "../service.ts";

type AskedTopics = RequestOf<typeof listReassignments>["topics"];

/**
 * ListPartitionReassignments 0.
 *
 * - The partitions whose copies are being moved, of those that are asked for, or of all; any broker
 *   of a cluster knows them. What isn't there, or isn't being moved, is left out, as in Kafka.
 */
export const listPartitionReassignmentsService = service(
  listReassignments,
  async ({ topics }, { client: { broker } }) => ({
    throttleTimeMs: 0,
    ...SUCCESS,
    topics: asked(broker, topics).flatMap(({ name, partitionIndexes }) => {
      const partitions = partitionIndexes.flatMap((index) => {
        const status = broker.partition(name, index);
        return status && isMoving(status) ? moveOf(status) : [];
      });
      return partitions.length === 0 ? [] : { name, partitions };
    }),
  }),
);

function asked(broker: Broker, topics: AskedTopics): NonNullable<AskedTopics> {
  if (topics) return topics;
  return broker.topics().map(({ name, partitionCount }) => {
    return { name, partitionIndexes: Array.from({ length: partitionCount }, (_, index) => index) };
  });
}

function isMoving({ adding, removing }: PartitionStatus): boolean {
  return adding.length + removing.length > 0;
}

function moveOf({ partition, replicas, adding, removing }: PartitionStatus) {
  const brokers = { replicas, addingReplicas: adding, removingReplicas: removing };
  return { partitionIndex: partition, ...brokers };
}
