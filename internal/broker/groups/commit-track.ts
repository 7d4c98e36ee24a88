/** So much of the past is kept. */
export const KEPT_MS = 60_000;
/** An offset is kept of each such time, besides the last one. */
const STEP_MS = 5000;
/** Who commits nothing for so long stands still, ... */
const STILL_MS = 15_000;
/** ... or for so many of the pauses that it usually makes between commits. */
const STILL_PAUSES = 3;

/** How a group comes along in a partition, by the offsets that it commits. Times are monotonic. */
export class CommitTrack {
  /** Times and the offsets from then on, in turn, of about the last minute. */
  #kept: number[];
  #lastMs: number;
  #lastOffset: number;
  #pauseMs = 0;
  #resumedMs: number;
  #caughtUpOffset: number | null = null;

  /** The first commit; `endOffset` is where the partition ended then. */
  constructor(atMs: number, offset: number, endOffset: number) {
    this.#kept = [atMs, offset];
    this.#lastMs = atMs;
    this.#resumedMs = atMs;
    this.#lastOffset = offset;
    this.#noteEnd(offset, endOffset);
  }

  /** The offset was committed at `atMs`; one that goes back begins anew. */
  note(atMs: number, offset: number, endOffset: number): void {
    const pauseMs = atMs - this.#lastMs;
    const [keptAtMs = 0] = this.#kept.slice(-2);
    if (offset < this.#lastOffset) {
      this.#kept = [atMs, offset];
      this.#resumedMs = atMs;
      this.#caughtUpOffset = null;
    } else if (pauseMs > this.stillMs) {
      this.#kept.push(atMs, this.#lastOffset, atMs, offset);
      this.#resumedMs = atMs;
    } else if (atMs - keptAtMs >= STEP_MS) {
      this.#kept.push(atMs, offset);
    }
    // The second one tells all from there on.
    while ((this.#kept[2] ?? atMs) <= atMs - KEPT_MS) this.#kept.splice(0, 2);
    this.#pauseMs = Math.max(pauseMs, this.#pauseMs * 0.9);
    this.#lastMs = atMs;
    this.#lastOffset = offset;
    this.#noteEnd(offset, endOffset);
  }

  /** When the last commit was. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Since when it is known how far the group has come. */
  get beganMs(): number {
    return this.#kept[0] ?? this.#lastMs;
  }

  /** Since when it has been going on without a standstill. */
  get resumedMs(): number {
    return this.#resumedMs;
  }

  /** After a longer pause than this it has stood still: that is no speed at which it reads. */
  get stillMs(): number {
    return Math.max(STILL_MS, this.#pauseMs * STILL_PAUSES);
  }

  /** Where the partition ended when the group had last read all of it; null: it never had. */
  get caughtUpOffset(): number | null {
    return this.#caughtUpOffset;
  }

  /**
   * How many records were read after that time, when the partition ended at `endOffset` or before.
   * Between two commits they are read as if evenly, after a standstill all at once.
   */
  readSince(sinceMs: number, endOffset: number): number {
    return this.#lastOffset - Math.min(endOffset, this.#offsetAt(sinceMs));
  }

  #offsetAt(atMs: number): number {
    let [fromMs, from] = [this.beganMs, this.#kept[1] ?? this.#lastOffset];
    for (let at = 2; at <= this.#kept.length; at += 2) {
      const toMs = this.#kept[at] ?? this.#lastMs;
      const to = this.#kept[at + 1] ?? this.#lastOffset;
      if (toMs > atMs) {
        const share = (Math.max(atMs, fromMs) - fromMs) / Math.max(1, toMs - fromMs);
        return from + share * (to - from);
      }
      [fromMs, from] = [toMs, to];
    }
    return this.#lastOffset;
  }

  #noteEnd(offset: number, endOffset: number): void {
    if (offset >= endOffset) this.#caughtUpOffset = endOffset;
  }
}
