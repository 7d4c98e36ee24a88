/** A moment of someone who reads: how far it has come, and how far there is to come. */
interface Sample {
  readonly atMs: number;
  readonly committed: number;
  readonly end: number;
}

/** Samples that are kept; one a second, so as many seconds. */
const MAX_SAMPLES = 120;
/** Consumers commit every few seconds: speeds are means of at least so many of them. */
const SPEED_WINDOW_MS = 30_000;

/**
 * How a group comes along in a partition, or in all of them together: seen from outside, by its
 * committed offsets and the log's end.
 */
export class Track {
  #samples: Sample[] = [];
  /** When the committed offset was last seen to be another. */
  #movedAtMs: number | null = null;
  #firstAtMs: number | null = null;

  /** Takes in how things stand at `atMs`; an offset that goes back begins a new track. */
  add(atMs: number, committed: number, end: number): void {
    const last = this.#samples.at(-1);
    if (last && committed < last.committed) this.#samples = [];
    if (last && committed !== last.committed) this.#movedAtMs = atMs;
    this.#firstAtMs ??= atMs;
    this.#samples.push({ atMs, committed, end });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
  }

  /** Records read in a second; null before there is enough to tell. */
  get readPerSecond(): number | null {
    return this.#speed(({ committed }) => committed);
  }

  /** Records written in a second. */
  get writtenPerSecond(): number | null {
    return this.#speed(({ end }) => end);
  }

  /** The lags so far, the oldest first. */
  get lags(): readonly number[] {
    return this.#samples.map(({ committed, end }) => Math.max(0, end - committed));
  }

  /** How long the committed offset has stood still by now, as far as it was watched. */
  stillForMs(nowMs: number): number {
    return nowMs - (this.#movedAtMs ?? this.#firstAtMs ?? nowMs);
  }

  /**
   * How long ago the first record was written that hasn't been read; `isAtLeast`: it was there
   * before anyone watched. null where everything has been read.
   */
  behind(nowMs: number): { readonly ageMs: number; readonly isAtLeast: boolean } | null {
    const committed = this.#samples.at(-1)?.committed ?? 0;
    const index = this.#samples.findIndex(({ end }) => end > committed);
    const sample = this.#samples[index];
    if (!sample) return null;
    return { ageMs: nowMs - sample.atMs, isAtLeast: index === 0 };
  }

  #speed(of: (sample: Sample) => number): number | null {
    const last = this.#samples.at(-1);
    if (!last) return null;
    const first = this.#samples.find(({ atMs }) => last.atMs - atMs <= SPEED_WINDOW_MS);
    if (!first || last.atMs - first.atMs < 2000) return null;
    return ((of(last) - of(first)) * 1000) / (last.atMs - first.atMs);
  }
}
