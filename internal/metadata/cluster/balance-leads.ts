import type { PlannedRow } from "./copy-plan.ts";
import type { PlannedBroker } from "./rebalance.ts";

/** A lead goes from one broker to another of the same partition. */
interface Step {
  readonly row: PlannedRow;
  readonly to: number;
}

/**
 * Puts the copies of partitions into an order in which brokers are the first of as many as can be.
 * No copy moves: a broker that has too many leads gives one to another copy's broker, which may
 * give one on, until one gets it that has few. Where no such chain is left, it can't be more even.
 */
export function balanceLeads(
  rows: readonly PlannedRow[],
  brokers: readonly PlannedBroker[],
  changeable: ReadonlySet<PlannedRow> = new Set(rows),
): void {
  const leads = new Map(brokers.map(({ id }) => [id, 0]));
  for (const {
    ids: [first = -1],
  } of rows) {
    if (leads.has(first)) leads.set(first, (leads.get(first) ?? 0) + 1);
  }
  while (giveDirectly(changeable, leads)) {}
  for (;;) {
    const chain = firstChain(leads, stepsOf(changeable, leads));
    if (!chain) return;
    for (const step of chain) give(step, leads);
  }
}

/** Gives leads to those that have two less, or fewer; false: there is none of that. */
function giveDirectly(rows: Iterable<PlannedRow>, leads: Map<number, number>): boolean {
  let hasGiven = false;
  for (const row of rows) {
    const [first = -1, ...others] = row.ids;
    const count = leads.get(first);
    if (count === undefined) continue;
    const to = others.find((id) => (leads.get(id) ?? count) <= count - 2);
    if (to === undefined) continue;
    give({ row, to }, leads);
    hasGiven = true;
  }
  return hasGiven;
}

function give({ row, to }: Step, leads: Map<number, number>): void {
  const [first = -1] = row.ids;
  leads.set(first, (leads.get(first) ?? 0) - 1);
  leads.set(to, (leads.get(to) ?? 0) + 1);
  row.ids = [to, ...row.ids.filter((id) => id !== to)];
}

/** To whom each broker can give leads. */
function stepsOf(
  rows: Iterable<PlannedRow>,
  leads: ReadonlyMap<number, number>,
): ReadonlyMap<number, readonly Step[]> {
  const stepsFrom = new Map<number, Step[]>();
  for (const row of rows) {
    const [first = -1, ...others] = row.ids;
    if (!leads.has(first)) continue;
    const steps = stepsFrom.get(first) ?? [];
    for (const to of others) if (leads.has(to)) steps.push({ row, to });
    stepsFrom.set(first, steps);
  }
  return stepsFrom;
}

/** The shortest chain from a broker that leads most to one with two leads less, or fewer. */
function firstChain(
  leads: ReadonlyMap<number, number>,
  stepsFrom: ReadonlyMap<number, readonly Step[]>,
): readonly Step[] | null {
  const sorted = [...leads].sort(([, one], [, other]) => other - one);
  for (const [from, count] of sorted) {
    const chains = new Map<number, readonly Step[]>([[from, []]]);
    for (const [at, chain] of chains) {
      if ((leads.get(at) ?? 0) <= count - 2) return chain;
      for (const step of stepsFrom.get(at) ?? []) {
        if (!chains.has(step.to)) chains.set(step.to, [...chain, step]);
      }
    }
  }
  return null;
}
