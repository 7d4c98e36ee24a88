import type { PlannedBroker, PlannedPartition, PlanRules } from "./rebalance.ts";

/** A partition while it is planned: `ids` are to have its copies. */
export interface PlannedRow extends Omit<PlannedPartition, "replicas"> {
  readonly from: readonly number[];
  ids: number[];
}

/** Copies as they are planned so far, and how many each broker has. */
export interface CopyPlan {
  readonly rows: readonly PlannedRow[];
  readonly brokers: readonly PlannedBroker[];
  readonly rackOf: ReadonlyMap<number, string | null>;
  readonly hasRacks: boolean;
  readonly copies: Map<number, number>;
}

/** The plan in which nothing moves but for copies that can't stay: those are gone. */
export function newPlan(
  partitions: readonly PlannedPartition[],
  { brokers, away }: PlanRules,
): CopyPlan {
  const rackOf = new Map(brokers.map(({ id, rack }) => [id, rack]));
  const rows = partitions.map(({ topic, partition, replicas: from, sizeBytes }): PlannedRow => {
    return { topic, partition, from, sizeBytes, ids: [] };
  });
  const hasRacks = brokers.some(({ rack }) => rack !== null);
  const plan = { rows, brokers, rackOf, hasRacks, copies: new Map() };
  for (const row of rows) {
    for (const id of row.from) if (rackOf.has(id) || away.has(id)) put(plan, row, id);
  }
  return plan;
}

/** Gives a broker a copy: the last one, or at a place. */
export function put(plan: CopyPlan, row: PlannedRow, id: number, at = row.ids.length): void {
  row.ids.splice(at, 0, id);
  count(plan, id, 1);
}

/** Takes a broker's copy away. */
export function drop(plan: CopyPlan, row: PlannedRow, id: number): void {
  row.ids = row.ids.filter((each) => each !== id);
  count(plan, id, -1);
}

function count({ copies }: CopyPlan, id: number, by: number): void {
  copies.set(id, (copies.get(id) ?? 0) + by);
}

/** The racks of brokers; who has said none stands alone. */
export function racksOf(
  { rackOf }: CopyPlan,
  ids: readonly number[],
): ReadonlySet<string | number> {
  return new Set(ids.map((id) => rackOf.get(id) ?? id));
}

/** Whether a partition is on fewer racks without this broker's copy. */
export function isSpreadBy(plan: CopyPlan, { ids }: PlannedRow, id: number): boolean {
  const without = ids.filter((each) => each !== id);
  return racksOf(plan, without).size < racksOf(plan, ids).size;
}
