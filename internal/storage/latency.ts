/** How long something took, of the last few hundred times. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How many times are kept. */
const WINDOW = 512;

/** Remembers how long something took the last few hundred times. */
export class LatencyWindow {
  readonly #timesMs = new Float64Array(WINDOW);
  #count = 0;

  add(timeMs: number): void {
    this.#timesMs[this.#count++ % WINDOW] = timeMs;
  }

  /** null before the first. */
  summary(): Latencies | null {
    const kept = Math.min(this.#count, WINDOW);
    if (kept === 0) return null;
    const sorted = this.#timesMs.slice(0, kept).sort();
    const at = (share: number): number => sorted[Math.ceil(share * kept) - 1] ?? 0;
    return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }
}
