import type { Broker } from "../../broker/api.ts";
import type { Reassignment } from "../../broker/membership/cluster-admin.ts";
import { clusterAdminOf } from "../../broker/membership/cluster-admin.ts";
import type { RefusedMove } from "./protocol/move-operations.ts";

/** Has partitions moved; resolves with those that can't be. */
export async function reassignAll(
  broker: Broker,
  moves: readonly Reassignment[],
): Promise<{ readonly refused: readonly RefusedMove[] }> {
  const outcomes = await clusterAdminOf(broker).reassign(moves);
  const refused = moves.flatMap(({ topic, partition }, at) => {
    const error = outcomes[at];
    return error ? { topic, partition, code: error.code, message: error.message } : [];
  });
  return { refused };
}
