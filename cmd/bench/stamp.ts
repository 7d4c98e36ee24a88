import { getRandomValues } from "node:crypto";

/**
 * How a value of a measurement begins, so that whoever reads it knows when it was sent:
 *
 *   0           4                     12
 *   | run: u32  | sent: float64, ms   | random bytes, which don't compress ...
 */
export const STAMP_BYTES = 12;

/** Random bytes that values are cut from: no two of a batch are alike. */
const POOL_BYTES = 1 << 20;
/** As much as `getRandomValues` fills at a time. */
const RANDOM_BYTES = 1 << 16;

/** Makes the values of one run, and knows them again. */
export class Stamps {
  readonly #pool: Uint8Array;
  readonly #view: DataView;
  readonly #valueBytes: number;
  readonly #run: number;
  #at = 0;

  constructor(valueBytes: number) {
    this.#valueBytes = valueBytes;
    const pool = new Uint8Array(Math.max(POOL_BYTES, 2 * valueBytes));
    for (let at = 0; at < pool.length; at += RANDOM_BYTES) {
      getRandomValues(pool.subarray(at, at + RANDOM_BYTES));
    }
    this.#pool = pool;
    this.#view = new DataView(this.#pool.buffer);
    this.#run = this.#view.getUint32(0);
  }

  /** A value that says when it was sent; it holds until the next call. */
  value(sentAtMs: number): Uint8Array {
    if (this.#at + this.#valueBytes > this.#pool.length) this.#at = 0;
    const from = this.#at;
    this.#at += this.#valueBytes;
    this.#view.setUint32(from, this.#run);
    this.#view.setFloat64(from + 4, sentAtMs);
    return this.#pool.subarray(from, this.#at);
  }

  /** When a value was sent; null for one that isn't of this run. */
  sentAtMs(value: Uint8Array): number | null {
    if (value.length < STAMP_BYTES) return null;
    const view = new DataView(value.buffer, value.byteOffset, STAMP_BYTES);
    return view.getUint32(0) === this.#run ? view.getFloat64(4) : null;
  }
}
