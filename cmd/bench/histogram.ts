/** Each bucket reaches 1 % further than the one before: from 1 us to a quarter of an hour. */
const GROWTH = Math.log(1.01);
const BUCKETS = 2080;

/** Times in buckets: any number of them in 17 kB, and each as exact as half a percent. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #maxMs = 0;

  add(timeMs: number): void {
    const bucket = timeMs > 0.001 ? Math.floor(Math.log(timeMs * 1000) / GROWTH) : 0;
    const at = Math.min(bucket, BUCKETS - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count++;
    if (timeMs > this.#maxMs) this.#maxMs = timeMs;
  }

  /** null before the first. */
  get maxMs(): number | null {
    return this.#count === 0 ? null : this.#maxMs;
  }

  /** The time that this share of all took at the most; null before the first. */
  percentileMs(share: number): number | null {
    let left = Math.ceil(share * this.#count);
    if (left === 0) return null;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return Math.min(Math.exp((bucket + 0.5) * GROWTH) / 1000, this.#maxMs);
    }
    return this.#maxMs;
  }
}
