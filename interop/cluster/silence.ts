const LOOK_MS = 5;
/** Acks that left before a fault have been read after this time. */
const UNDER_WAY_MS = 100;
/** Who is without acks for so long has something wrong. */
const MAX_SILENT_MS = 90_000;

/** How a partition's acks came, as far as can be seen every few milliseconds. */
interface Acks {
  seen: number;
  sinceMs: number;
  longestMs: number;
}

/** The longest time in which a partition had no ack. */
export class Silence {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #counts: () => readonly number[];
  readonly #partitions: readonly Acks[];

  /** `counts` tells how many acks each partition has had so far. */
  constructor(counts: () => readonly number[]) {
    this.#counts = counts;
    const sinceMs = performance.now();
    this.#partitions = counts().map((seen) => ({ seen, sinceMs, longestMs: 0 }));
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Resolves when each partition has had acks from now on. */
  over(): Promise<void> {
    return ackedEverywhere(this.#counts);
  }

  /** Ends looking; returns how long it was. */
  end(): number {
    clearInterval(this.#timer);
    this.#look();
    return Math.max(...this.#partitions.map(({ longestMs }) => longestMs));
  }

  #look(): void {
    const nowMs = performance.now();
    const counts = this.#counts();
    for (const [at, partition] of this.#partitions.entries()) {
      partition.longestMs = Math.max(partition.longestMs, nowMs - partition.sinceMs);
      const count = counts[at] ?? 0;
      if (count === partition.seen) continue;
      partition.seen = count;
      partition.sinceMs = nowMs;
    }
  }
}

/** Resolves when each partition has had acks from now on; rejects when one has none for long. */
export async function ackedEverywhere(counts: () => readonly number[]): Promise<void> {
  await Bun.sleep(UNDER_WAY_MS);
  const before = counts();
  const endMs = performance.now() + MAX_SILENT_MS;
  while (!counts().every((count, at) => count > (before[at] ?? 0))) {
    if (performance.now() > endMs) throw new Error(`no record was acked in ${MAX_SILENT_MS} ms`);
    await Bun.sleep(LOOK_MS);
  }
}

/** The middle and the greatest of times, in words. */
export function medianAndWorst(timesMs: readonly number[]): string {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${middle.toFixed(0)} ms (median), ${(sorted.at(-1) ?? 0).toFixed(0)} ms (worst)`;
}
