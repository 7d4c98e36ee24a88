import type { StorageError } from "./errors.ts";

/** Told once that an offset is committed (null), or why it won't be, or may not. */
export type OnCommitted = (error: StorageError | null) => void;

interface Waiting {
  readonly endOffset: number;
  readonly done: OnCommitted;
}

/** Those who wait for a log's high watermark, in the order of offsets. */
export class CommitQueue {
  #waiting: Waiting[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Calls `done` when all before `endOffset` is committed: at once if `highWatermark`, the log's,
   * is there already. Offsets come in order.
   */
  wait(endOffset: number, highWatermark: number, done: OnCommitted): void {
    if (highWatermark >= endOffset) done(null);
    else this.#waiting.push({ endOffset, done });
  }

  /** All before `highWatermark` is committed. */
  committed(highWatermark: number): void {
    let count = 0;
    while ((this.#waiting[count]?.endOffset ?? Number.POSITIVE_INFINITY) <= highWatermark) count++;
    if (count === 0) return;
    for (const { done } of this.#waiting.splice(0, count)) done(null);
  }

  /** Nobody may wait any more. */
  fail(error: StorageError): void {
    for (const { done } of this.#waiting.splice(0)) done(error);
  }
}
