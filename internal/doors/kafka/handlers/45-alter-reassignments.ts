import type { Broker } from "../../../broker/api.ts";
import type { Reassignment } from "../../../broker/membership/cluster-admin.ts";
import { copiesOf } from "../assignments.ts";
import { type Outcome, outcomeOf, Refusal, refused, SUCCESS } from "../errors.ts";
import { alterReassignments } from "../protocol/messages/45-alter-reassignments.ts";
import { type RequestOf, service } from "../service.ts";

type Request = RequestOf<typeof alterReassignments>;

/**
 * AlterPartitionReassignments 0-1.
 *
 * - In a cluster partitions are moved, each by itself: new copies come into the ISR, then the
 *   others go. Any broker can be asked. Brokers that aren't there, none, or one twice:
 *   INVALID_REPLICA_ASSIGNMENT. Another number of copies where that may not be (KIP-860):
 *   INVALID_REPLICATION_FACTOR.
 * - Null for the brokers calls a move off; where there is none: NO_REASSIGNMENT_IN_PROGRESS.
 * - Elsewhere partitions stay where they are, which is the only move that succeeds.
 * - timeoutMs is ignored: the answer says that it is decided, not that it has come about.
 */
export const alterPartitionReassignmentsService = service(
  alterReassignments,
  async (request, { client: { broker } }) => {
    const moves = request.topics.flatMap(({ name: topic, partitions }) => {
      return partitions.map(({ partitionIndex: partition, replicas }) => {
        return { topic, partition, replicas };
      });
    });
    const outcomes = await moved(broker, moves, request);
    const left = outcomes.values();
    const responses = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        return { partitionIndex, ...(left.next().value ?? SUCCESS) };
      }),
    }));
    return {
      throttleTimeMs: 0,
      allowReplicationFactorChange: request.allowReplicationFactorChange,
      ...SUCCESS,
      responses,
    };
  },
);

/** What comes of each move, in order. */
async function moved(
  broker: Broker,
  moves: readonly Reassignment[],
  { allowReplicationFactorChange }: Request,
): Promise<readonly Outcome[]> {
  const { clusterAdmin: admin } = broker.replication;
  if (!admin) return Promise.all(moves.map((move) => outcomeOf(async () => stay(broker, move))));
  const faults = moves.map((move) => {
    return allowReplicationFactorChange || isSameCount(broker, move) ? null : OTHER_COUNT;
  });
  const allowed = moves.filter((_, at) => !faults[at]);
  try {
    const outcomes = (await admin.reassign(allowed)).values();
    return faults.map((fault) => {
      const error = fault ?? outcomes.next().value;
      return error ? refused(error) : SUCCESS;
    });
  } catch (error) {
    return moves.map(() => refused(error));
  }
}

const OTHER_COUNT = new Refusal("INVALID_REPLICATION_FACTOR", "the number of copies would change");

function isSameCount(broker: Broker, { topic, partition, replicas }: Reassignment): boolean {
  const status = broker.partition(topic, partition);
  if (!status || !replicas) return true;
  return replicas.length === status.replicas.length - status.adding.length;
}

/** Where copies can't be moved, a list of brokers that is in order can only be the present one. */
function stay(broker: Broker, { topic, partition, replicas }: Reassignment): void {
  if (broker.partition(topic, partition) === undefined) {
    throw new Refusal("UNKNOWN_TOPIC_OR_PARTITION");
  }
  if (replicas === null) throw new Refusal("NO_REASSIGNMENT_IN_PROGRESS");
  copiesOf(broker, [replicas]);
}
