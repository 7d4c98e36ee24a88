import type { PartitionLog } from "./partition-log.ts";

/** When so much room is made, it isn't needed again at once. */
const FREED_SHARE = 1 / 8;

/**
 * Keeps what logs know of their idempotent producers within bounds: each of them costs memory and
 * a line in every checkpoint, and clients make new ones as they like.
 *
 * A producer that was forgotten may go on; only a batch that it sends twice isn't recognised.
 */
export class ProducerBounds {
  readonly #logs: () => Iterable<PartitionLog>;
  readonly #maxProducers: number;
  readonly #changed: (log: PartitionLog) => void;
  /** How many there are at the most: logs that go don't tell. */
  #count: number;

  /** `changed` is told of the logs that have forgotten some. */
  constructor(
    logs: () => Iterable<PartitionLog>,
    maxProducers: number,
    changed: (log: PartitionLog) => void,
  ) {
    this.#logs = logs;
    this.#maxProducers = maxProducers;
    this.#changed = changed;
    this.#count = this.#countAll();
  }

  /** A log has a producer more; when all together have too many, the oldest are forgotten. */
  added(): void {
    if (++this.#count <= this.#maxProducers) return;
    this.#count = this.#countAll();
    if (this.#count <= this.#maxProducers) return;
    const excess = this.#count - Math.floor(this.#maxProducers * (1 - FREED_SHARE));
    const seenMs = new Float64Array(this.#count);
    let at = 0;
    for (const log of this.#logs()) {
      for (const [, { lastSeenMs }] of log.producers.entries()) seenMs[at++] = lastSeenMs;
    }
    seenMs.sort();
    this.#forget(seenMs[excess - 1] ?? 0, excess);
  }

  /** Forgets the producers of which nothing has come after `lastMs`. */
  expire(lastMs: number): void {
    this.#forget(lastMs, Number.POSITIVE_INFINITY);
  }

  #forget(lastMs: number, most: number): void {
    let left = most;
    for (const log of this.#logs()) {
      const forgotten = log.producers.forget(lastMs, left);
      left -= forgotten;
      if (forgotten > 0) this.#changed(log);
    }
    this.#count = this.#countAll();
  }

  #countAll(): number {
    let count = 0;
    for (const { producers } of this.#logs()) count += producers.size;
    return count;
  }
}
