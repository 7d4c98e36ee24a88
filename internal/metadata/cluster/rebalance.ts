import { balanceLeads } from "./balance-leads.ts";
import {
  type CopyPlan,
  drop,
  isSpreadBy,
  newPlan,
  type PlannedRow,
  put,
  racksOf,
} from "./copy-plan.ts";

/** A broker that may have copies. */
export interface PlannedBroker {
  readonly id: number;
  readonly rack: string | null;
}

/** A partition and its copies, the preferred leader first; `sizeBytes` of each. */
export interface PlannedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
  readonly sizeBytes: number;
}

/** What is to be planned with. */
export interface PlanRules {
  /** Those that are there, and aren't drained. */
  readonly brokers: readonly PlannedBroker[];
  /** Those that keep the copies that they have, and get none: they aren't there now. */
  readonly away: ReadonlySet<number>;
  /** How many copies each partition is to have; null: as many as it has. */
  readonly copies: number | null;
  /** `needed`: only partitions that can't stay as they are; `even`: all brokers get as many. */
  readonly extent: "needed" | "even";
}

/** A partition that is to get other copies, or another preferred leader. */
export interface PlannedMove {
  readonly topic: string;
  readonly partition: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** What has to be copied: 0 where only the leader is another. */
  readonly bytes: number;
}

/**
 * Plans where copies are to be: on brokers that may have them, on different racks as far as there
 * are, as many on each broker, and as many leads. Few copies move, and small ones: each move makes
 * the greatest share smaller, or a rack's loss harmless.
 */
export function planRebalance(
  partitions: readonly PlannedPartition[],
  rules: PlanRules,
): readonly PlannedMove[] {
  const plan = newPlan(partitions, rules);
  for (const row of plan.rows) shrink(plan, row, rules);
  for (const row of plan.rows) fill(plan, row, rules);
  if (rules.extent === "even") {
    for (const row of plan.rows) spread(plan, row);
    while (level(plan)) {}
    balanceLeads(plan.rows, rules.brokers);
  } else {
    const isTouched = ({ ids, from }: PlannedRow) => ids.join() !== from.join();
    balanceLeads(plan.rows, rules.brokers, new Set(plan.rows.filter(isTouched)));
  }
  return plan.rows.flatMap((row) => moveOf(row) ?? []);
}

function moveOf({ topic, partition, from, ids, sizeBytes }: PlannedRow): PlannedMove | null {
  if (ids.length === 0) return null; // nobody can take it
  const added = ids.filter((id) => !from.includes(id)).length;
  const gone = from.some((id) => !ids.includes(id));
  if (added === 0 && !gone && ids[0] === from[0]) return null;
  return { topic, partition, from, to: [...ids], bytes: added * sizeBytes };
}

/** Takes copies away where there are too many: first of who isn't there, then of racks with two. */
function shrink(plan: CopyPlan, row: PlannedRow, { copies, away }: PlanRules): void {
  const wanted = copies ?? row.from.length;
  while (row.ids.length > wanted) {
    const cost = (id: number): readonly number[] => [
      away.has(id) ? 0 : 1,
      isSpreadBy(plan, row, id) ? 1 : 0,
      -(plan.copies.get(id) ?? 0),
      -row.ids.indexOf(id),
    ];
    drop(plan, row, least(row.ids, cost));
  }
}

/** Adds copies where there are too few: on a rack that has none, on who has least. */
function fill(plan: CopyPlan, row: PlannedRow, { copies }: PlanRules): void {
  const wanted = copies ?? row.from.length;
  while (row.ids.length < wanted) {
    const free = plan.brokers.filter(({ id }) => !row.ids.includes(id));
    if (free.length === 0) return;
    const racks = racksOf(plan, row.ids);
    const { id } = least(free, ({ id, rack }) => [
      rack !== null && racks.has(rack) ? 1 : 0,
      plan.copies.get(id) ?? 0,
      id,
    ]);
    put(plan, row, id);
  }
}

/** Moves copies from racks that have two of a partition to racks that have none. */
function spread(plan: CopyPlan, row: PlannedRow): void {
  for (;;) {
    const racks = racksOf(plan, row.ids);
    const twice = row.ids.filter(
      (id) => plan.rackOf.get(id) !== null && !isSpreadBy(plan, row, id),
    );
    const others = plan.brokers.filter(({ id, rack }) => {
      return rack !== null && !racks.has(rack) && !row.ids.includes(id);
    });
    const known = twice.filter((id) => plan.rackOf.has(id));
    if (known.length === 0 || others.length === 0) return;
    const { id: to } = least(others, ({ id }) => [plan.copies.get(id) ?? 0, id]);
    replace(
      plan,
      row,
      least(known, (id) => [-(plan.copies.get(id) ?? 0), id]),
      to,
    );
  }
}

/** Moves copies from a broker that has many to one that has few; false: all have as many. */
function level(plan: CopyPlan): boolean {
  const count = ({ id }: PlannedBroker): number => plan.copies.get(id) ?? 0;
  const sorted = [...plan.brokers].sort((one, other) => count(other) - count(one));
  const share = plan.brokers.reduce((sum, each) => sum + count(each), 0) / plan.brokers.length;
  for (const most of sorted) {
    for (const fewest of sorted.toReversed()) {
      if (count(most) - count(fewest) < 2) break;
      const rows = plan.rows.filter((row) => mayMove(plan, row, most.id, fewest.id));
      if (rows.length === 0) continue;
      const excess = Math.min(count(most) - Math.ceil(share), Math.floor(share) - count(fewest));
      const chosen = cheapest(rows, most.id).slice(0, Math.max(1, excess));
      for (const row of chosen) replace(plan, row, most.id, fewest.id);
      return true;
    }
  }
  return false;
}

/**
 * Those first that are only planned to be there, then the smallest; of the same size those of whose
 * topic there are most.
 */
function cheapest(rows: readonly PlannedRow[], at: number): readonly PlannedRow[] {
  const left = new Map<string, number>();
  for (const { topic } of rows) left.set(topic, (left.get(topic) ?? 0) + 1);
  const ranked = rows.map((row) => {
    const rank = left.get(row.topic) ?? 0;
    left.set(row.topic, rank - 1);
    return { row, rank, bytes: row.from.includes(at) ? row.sizeBytes : -1 };
  });
  ranked.sort((one, other) => one.bytes - other.bytes || other.rank - one.rank);
  return ranked.map(({ row }) => row);
}

/** Whether a copy may go from one broker to another: not if it were on fewer racks then. */
function mayMove(plan: CopyPlan, { ids }: PlannedRow, from: number, to: number): boolean {
  if (!ids.includes(from) || ids.includes(to)) return false;
  if (!plan.hasRacks) return true;
  const after = ids.map((id) => (id === from ? to : id));
  return racksOf(plan, after).size >= racksOf(plan, ids).size;
}

function replace(plan: CopyPlan, row: PlannedRow, from: number, to: number): void {
  const at = row.ids.indexOf(from);
  drop(plan, row, from);
  put(plan, row, to, at);
}

/** The one with the least cost: first numbers are compared, where they are the same the next. */
function least<T>(items: readonly T[], cost: (item: T) => readonly number[]): T {
  const priced = items.map((item) => ({ item, cost: cost(item) }));
  const best = priced.reduce((one, other) => (isLess(other.cost, one.cost) ? other : one));
  return best.item;
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? 0;
    if (value !== against) return value < against;
  }
  return false;
}
