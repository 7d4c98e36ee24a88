import type { Broker } from "../../broker/api.ts";
import type { Reassignment } from "../../broker/membership/cluster-admin.ts";
import { nodesOf } from "./cluster.ts";
import { Refusal } from "./errors.ts";
import { repeated } from "./topics.ts";

/**
 * Checks which brokers are to hold the copies of each partition: some that there are, each once,
 * and as many for every partition. Returns how many. Throws `Refusal`.
 */
export function copiesOf(broker: Broker, assignments: readonly (readonly number[])[]): number {
  const known = new Set(nodesOf(broker).map(({ nodeId }) => nodeId));
  const copies = assignments[0]?.length ?? 0;
  assignments.forEach((brokerIds, partition) => {
    if (brokerIds.length === 0) throw misplaced(`partition ${partition} gets no copy`);
    if (brokerIds.length !== copies) throw misplaced("partitions get different numbers of copies");
    const stranger = brokerIds.find((id) => !known.has(id));
    if (stranger !== undefined) throw misplaced(`there is no broker ${stranger}`);
    if (repeated(brokerIds).size > 0) throw misplaced("a broker gets two copies of a partition");
  });
  return copies;
}

/** An assignment that can't be. */
export function misplaced(message: string): Refusal {
  return new Refusal("INVALID_REPLICA_ASSIGNMENT", message);
}

/** Puts new partitions of a cluster where they were assigned to. Throws `BrokerError`. */
export async function putCopies(broker: Broker, moves: readonly Reassignment[]): Promise<void> {
  if (moves.length === 0) return;
  const outcomes = await broker.replication.clusterAdmin?.reassign(moves);
  for (const error of outcomes ?? []) if (error) throw error;
}
