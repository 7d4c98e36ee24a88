/** Speeds are means over a half of this time to all of it. */
const WINDOW_MS = 60_000;
/** Who commits nothing for so long stands still, ... */
const STILL_MS = 15_000;
/** ... or for so many of the pauses that it usually makes between commits. */
const STILL_PAUSES = 3;

/** A committed offset, and when it was. */
interface Commit {
  readonly atMs: number;
  readonly offset: number;
}

/**
 * How a group comes along in a partition, by the offsets that it commits. Of the commits of the
 * last minute three are kept; an offset that goes back, and one after a standstill, begins anew.
 */
export class CommitTrack {
  #oldest: Commit;
  #middle: Commit;
  #last: Commit;
  #pauseMs = 0;

  constructor(atMs: number, offset: number) {
    this.#oldest = { atMs, offset };
    this.#middle = this.#oldest;
    this.#last = this.#oldest;
  }

  /** The offset was committed at `atMs` (monotonic). */
  note(atMs: number, offset: number): void {
    const last = { atMs, offset };
    const pauseMs = atMs - this.#last.atMs;
    if (offset < this.#last.offset || pauseMs > this.#stillMs) {
      this.#oldest = last;
      this.#middle = last;
    } else if (atMs - this.#middle.atMs >= WINDOW_MS / 2) {
      this.#oldest = this.#middle;
      this.#middle = last;
    }
    this.#pauseMs = Math.max(pauseMs, this.#pauseMs * 0.9);
    this.#last = last;
  }

  /** When the last commit was. */
  get lastMs(): number {
    return this.#last.atMs;
  }

  /** From when on speeds are means. */
  get sinceMs(): number {
    return this.#oldest.atMs;
  }

  /** Records read in a second by `nowMs`; null before there are two commits to tell. */
  readPerSecond(nowMs: number): number | null {
    if (nowMs - this.#last.atMs > this.#stillMs) return 0;
    const ms = this.#last.atMs - this.#oldest.atMs;
    return ms > 0 ? ((this.#last.offset - this.#oldest.offset) * 1000) / ms : null;
  }

  /** After a longer pause than this it has stood still: that is no speed at which it reads. */
  get #stillMs(): number {
    return Math.max(STILL_MS, this.#pauseMs * STILL_PAUSES);
  }
}
