import {
  type PlannedMove,
  type PlannedPartition,
  planRebalance,
} from "../../metadata/cluster/rebalance.ts";
import type { Client, ClusterStatus, CopyPlacement } from "../api.ts";

export type { PlannedMove } from "../../metadata/cluster/rebalance.ts";

/** What a plan is made for. */
export type PlanPurpose =
  /** All brokers are to have as many copies, and leads; null: each partition as many as it has. */
  | { readonly kind: "rebalance"; readonly copies: number | null }
  /** A broker is to have none. */
  | { readonly kind: "drain"; readonly brokerId: number };

/** Plans where the copies of a cluster are to be, with the sizes that its brokers tell. */
export async function planMoves(
  client: Client,
  purpose: PlanPurpose,
): Promise<readonly PlannedMove[]> {
  const [status, placements] = await Promise.all([client.describeCluster(), placementsOf(client)]);
  const drained = drainedBy(status, purpose);
  const usable = status.brokers.filter(({ brokerId, live, stopping }) => {
    return live && !stopping && !drained.has(brokerId);
  });
  const away = status.brokers.filter(({ brokerId, live, stopping }) => {
    return (!live || stopping) && !drained.has(brokerId);
  });
  return planRebalance(placements, {
    brokers: usable.map(({ brokerId: id, rack }) => ({ id, rack })),
    away: new Set(away.map(({ brokerId }) => brokerId)),
    copies: purpose.kind === "rebalance" ? purpose.copies : null,
    extent: purpose.kind === "rebalance" ? "even" : "needed",
  });
}

function drainedBy({ brokers }: ClusterStatus, purpose: PlanPurpose): ReadonlySet<number> {
  const drained = brokers.filter((broker) => broker.drained).map(({ brokerId }) => brokerId);
  return new Set(purpose.kind === "drain" ? [...drained, purpose.brokerId] : drained);
}

/** Every partition, with the copies that it is to have by now, and the size of the largest. */
async function placementsOf(client: Client): Promise<readonly PlannedPartition[]> {
  const found = new Map<string, PlannedPartition>();
  for (const broker of await client.brokers()) {
    for (const placement of await broker.listCopies(false)) {
      const { topic, partition, sizeBytes } = placement;
      const key = keyOf(placement);
      const largest = Math.max(sizeBytes, found.get(key)?.sizeBytes ?? 0);
      const replicas = targetOf(placement);
      found.set(key, { topic, partition, replicas, sizeBytes: largest });
    }
  }
  return [...found.values()];
}

/** Where a partition's copies are to be when its move has ended. */
export function targetOf({ replicas, removing }: CopyPlacement): readonly number[] {
  return replicas.filter((id) => !removing.includes(id));
}

/** Tells a partition from others. */
export function keyOf({ topic, partition }: Pick<CopyPlacement, "topic" | "partition">): string {
  return `${topic}-${partition}`;
}
