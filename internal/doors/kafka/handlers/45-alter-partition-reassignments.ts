import type { Broker } from "../../../broker/api.ts";
import { copiesOf } from "../assignments.ts";
import { outcomeOf, Refusal } from "../errors.ts";
import { alterPartitionReassignments } from "../protocol/messages/45-alter-reassignments.ts";
import { type RequestOf, service } from "../service.ts";

type RequestedTopic = RequestOf<typeof alterPartitionReassignments>["topics"][number];
type RequestedPartition = RequestedTopic["partitions"][number];

/**
 * AlterPartitionReassignments 0-1.
 *
 * - A partition can't be moved: it stays where it is, which is the only move that succeeds. Brokers
 *   that there are not, none, or one twice: INVALID_REPLICA_ASSIGNMENT.
 * - Null for the brokers calls a move off: NO_REASSIGNMENT_IN_PROGRESS.
 * - Each partition by itself. timeoutMs is ignored.
 */
export const alterPartitionReassignmentsService = service(
  alterPartitionReassignments,
  async ({ allowReplicationFactorChange, topics }, { client: { broker } }) => {
    const responses = topics.map(async ({ name, partitions }) => {
      const outcomes = partitions.map(async (partition) => ({
        partitionIndex: partition.partitionIndex,
        ...(await outcomeOf(async () => move(broker, name, partition))),
      }));
      return { name, partitions: await Promise.all(outcomes) };
    });
    return {
      throttleTimeMs: 0,
      allowReplicationFactorChange,
      errorCode: 0,
      errorMessage: null,
      responses: await Promise.all(responses),
    };
  },
);

/** With one broker, a list of brokers that is in order can only be the present one. */
function move(
  broker: Broker,
  topic: string,
  { partitionIndex, replicas }: RequestedPartition,
): void {
  if (broker.partition(topic, partitionIndex) === undefined) {
    throw new Refusal("UNKNOWN_TOPIC_OR_PARTITION");
  }
  if (replicas === null) throw new Refusal("NO_REASSIGNMENT_IN_PROGRESS");
  copiesOf(broker, [replicas]);
}
