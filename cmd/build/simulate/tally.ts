import type { Outcome } from "./seeds.ts";

/** Seeds that failed in the same way: their messages differ in numbers only. */
export interface FailureKind {
  readonly kind: string;
  /** The first seed's. */
  readonly message: string;
  readonly seeds: number[];
}

/** What many seeds came to. */
export class Tally {
  seeds = 0;
  simulatedMs = 0;
  lives = 0;
  events = 0;
  acknowledged = 0;
  duplicates = 0;
  reads = 0;
  readonly #failures: FailureKind[] = [];

  add({ seed, summary, failure }: Outcome): void {
    this.seeds++;
    if (summary) {
      this.simulatedMs += summary.simulatedMs;
      this.lives += summary.lives;
      this.events += summary.events;
      this.acknowledged += summary.acknowledged;
      this.duplicates += summary.duplicates;
      this.reads += summary.reads;
    }
    if (failure === null) return;
    const kind = failure.replaceAll(/\d+/g, "N");
    const known = this.#failures.find((other) => other.kind === kind);
    if (known) known.seeds.push(seed);
    else this.#failures.push({ kind, message: failure, seeds: [seed] });
  }

  /** All failures, the most frequent kind first. */
  get failures(): readonly FailureKind[] {
    return this.#failures.sort((a, b) => b.seeds.length - a.seeds.length);
  }

  /** The seeds that failed, in order. */
  get failedSeeds(): readonly number[] {
    return this.#failures.flatMap(({ seeds }) => seeds).sort((a, b) => a - b);
  }
}
