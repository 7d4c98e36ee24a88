import { simulate } from "../../../internal/simulator/simulate.ts";
import { Trace } from "../../../internal/simulator/trace.ts";

/** Which seeds to run. */
export interface SeedRange {
  readonly from: number;
  readonly seeds: number;
  /** From one seed to the next. */
  readonly step: number;
  /** Whether to go on after a failure. */
  readonly goesOn: boolean;
}

/** Seeds that failed in the same way: their messages differ in numbers only. */
export interface FailureKind {
  readonly kind: string;
  /** The first seed's. */
  readonly message: string;
  readonly seeds: number[];
}

/** What many runs came to. */
export interface Tally {
  seeds: number;
  simulatedMs: number;
  lives: number;
  events: number;
  acknowledged: number;
  duplicates: number;
  reads: number;
  failures: FailureKind[];
}

/** No runs. */
export function emptyTally(): Tally {
  const counts = { lives: 0, events: 0, acknowledged: 0, duplicates: 0, reads: 0 };
  return { seeds: 0, simulatedMs: 0, ...counts, failures: [] };
}

/** Adds the counts of `other` to `tally`, and returns it. */
export function addTally(tally: Tally, other: Omit<Tally, "failures">): Tally {
  tally.seeds += other.seeds;
  tally.simulatedMs += other.simulatedMs;
  tally.lives += other.lives;
  tally.events += other.events;
  tally.acknowledged += other.acknowledged;
  tally.duplicates += other.duplicates;
  tally.reads += other.reads;
  return tally;
}

/** Adds failures, those of one kind together, the most frequent kind first. */
export function addFailures(tally: Tally, failures: readonly FailureKind[]): void {
  for (const { kind, message, seeds } of failures) {
    const known = tally.failures.find((other) => other.kind === kind);
    if (known) known.seeds.push(...seeds);
    else tally.failures.push({ kind, message, seeds: [...seeds] });
  }
  for (const { seeds } of tally.failures) seeds.sort((a, b) => a - b);
  tally.failures.sort((a, b) => b.seeds.length - a.seeds.length);
}

/** Runs seeds one after the other. */
export async function runSeeds({ from, seeds, step, goesOn }: SeedRange): Promise<Tally> {
  const tally = emptyTally();
  let unhandled: unknown = null;
  const note = (error: unknown) => {
    unhandled ??= error;
  };
  process.on("unhandledRejection", note);
  for (let i = 0; i < seeds; i++) {
    const seed = from + i * step;
    let failure: unknown = null;
    try {
      addTally(tally, { seeds: 1, ...simulate(seed, new Trace()) });
    } catch (error) {
      failure = error;
      tally.seeds++;
    }
    await nextTurn(); // a promise that was rejected and left alone is told only then
    failure ??= unhandled;
    unhandled = null;
    if (failure === null) continue;
    const message = failure instanceof Error ? failure.message : String(failure);
    addFailures(tally, [{ kind: message.replaceAll(/\d+/g, "N"), message, seeds: [seed] }]);
    if (!goesOn) break;
  }
  process.off("unhandledRejection", note);
  return tally;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
