import type { StorageError } from "./errors.ts";

/** Told once that an offset is committed (null), or why it won't be, or may not. */
export type OnCommitted = (error: StorageError | null) => void;

interface Waiting {
  readonly endOffset: number;
  readonly done: OnCommitted;
}

/** Those who wait for a log's high watermark, in the order of offsets. */
export class CommitQueue {
  /**
   * Why nothing may be written and waited for now; null if it may. What another broker commits at
   * the same offset would be taken for one's own else.
   */
  refusal: StorageError | null = null;
  #waiting: Waiting[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Calls `done` when all before `endOffset` is committed: at once if `highWatermark`, the log's,
   * is there already; with `refusal`, if there is one. Offsets come in order, but for a batch that
   * was sent again: its answer comes with those before it.
   */
  wait(endOffset: number, highWatermark: number, done: OnCommitted): void {
    if (this.refusal) done(this.refusal);
    else if (highWatermark >= endOffset) done(null);
    else this.#waiting.push({ endOffset, done });
  }

  /** All before `highWatermark` is committed. */
  committed(highWatermark: number): void {
    let count = 0;
    while ((this.#waiting[count]?.endOffset ?? Number.POSITIVE_INFINITY) <= highWatermark) count++;
    if (count === 0) return;
    for (const { done } of this.#waiting.splice(0, count)) done(null);
  }

  /** Those who wait get this error, and from now on all who would. */
  refuse(error: StorageError): void {
    this.refusal = error;
    this.fail(error);
  }

  /** Those who wait get this error. */
  fail(error: StorageError): void {
    for (const { done } of this.#waiting.splice(0)) done(error);
  }
}
