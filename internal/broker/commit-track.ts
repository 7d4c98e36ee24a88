/** Speeds are means over so long, or since the group began to read. */
const WINDOW_MS = 60_000;
/** An offset is kept of each such time, besides the last one. */
const STEP_MS = 10_000;
/** Who commits nothing for so long stands still, ... */
const STILL_MS = 15_000;
/** ... or for so many of the pauses that it usually makes between commits. */
const STILL_PAUSES = 3;

/** How a group comes along in a partition, by the offsets that it commits. Times are monotonic. */
export class CommitTrack {
  /** Times and the offsets then, in turn, of about the last minute. */
  #kept: number[];
  #lastMs: number;
  #lastOffset: number;
  #pauseMs = 0;
  #resumedMs = Number.NEGATIVE_INFINITY;

  constructor(atMs: number, offset: number) {
    this.#kept = [atMs, offset];
    this.#lastMs = atMs;
    this.#lastOffset = offset;
  }

  /** The offset was committed at `atMs`; one that goes back begins anew. */
  note(atMs: number, offset: number): void {
    const pauseMs = atMs - this.#lastMs;
    if (pauseMs > this.stillMs) this.#resumedMs = atMs;
    const [keptAtMs = 0] = this.#kept.slice(-2);
    if (offset < this.#lastOffset) this.#kept = [atMs, offset];
    else if (atMs - keptAtMs >= STEP_MS) this.#kept.push(atMs, offset);
    // The second one tells all from there on.
    while ((this.#kept[2] ?? atMs) <= atMs - WINDOW_MS) this.#kept.splice(0, 2);
    this.#pauseMs = Math.max(pauseMs, this.#pauseMs * 0.9);
    this.#lastMs = atMs;
    this.#lastOffset = offset;
  }

  /** When the last commit was. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Since when it is known how far the group has come. */
  get beganMs(): number {
    return this.#kept[0] ?? this.#lastMs;
  }

  /** When it went on after a standstill; never: minus infinity. */
  get resumedMs(): number {
    return this.#resumedMs;
  }

  /** After a longer pause than this it has stood still: that is no speed at which it reads. */
  get stillMs(): number {
    return Math.max(STILL_MS, this.#pauseMs * STILL_PAUSES);
  }

  /** How many records were read from then on; between two commits as if evenly. */
  readSince(sinceMs: number): number {
    let [fromMs, from] = [this.beganMs, this.#kept[1] ?? this.#lastOffset];
    for (let at = 2; at <= this.#kept.length; at += 2) {
      const toMs = this.#kept[at] ?? this.#lastMs;
      const to = this.#kept[at + 1] ?? this.#lastOffset;
      if (toMs >= sinceMs) {
        const share = (Math.max(sinceMs, fromMs) - fromMs) / Math.max(1, toMs - fromMs);
        return this.#lastOffset - (from + share * (to - from));
      }
      [fromMs, from] = [toMs, to];
    }
    return 0;
  }
}

/** A partition that somebody reads: how far he is behind, and how both come along. */
export interface ReadPartition {
  readonly track: CommitTrack;
  readonly lag: number;
  /** How many records have come since then. */
  readonly writtenSince: (sinceMs: number) => number;
}

/**
 * In how long somebody will have read all of his partitions, in milliseconds; null while that can't
 * be told, or for never. He may read them in turn: so speeds are those of all together.
 */
export function drainMs(partitions: readonly ReadPartition[], nowMs: number): number | null {
  const tracks = partitions.map(({ track }) => track);
  const lastMs = Math.max(...tracks.map((track) => track.lastMs));
  const stillMs = Math.min(...tracks.map((track) => track.stillMs));
  if (nowMs - lastMs > stillMs) return null;
  const resumedMs = Math.min(...tracks.map((track) => track.resumedMs));
  const windowMs = Math.max(nowMs - WINDOW_MS, resumedMs);
  let [lag, readPerMs, writtenPerMs] = [0, 0, 0];
  for (const { track, lag: behind, writtenSince } of partitions) {
    if (behind > 0 && track.lastMs === track.beganMs) return null;
    const sinceMs = Math.max(windowMs, track.beganMs);
    lag += behind;
    if (lastMs > sinceMs) readPerMs += track.readSince(sinceMs) / (lastMs - sinceMs);
    writtenPerMs += writtenSince(sinceMs) / Math.max(1, nowMs - sinceMs);
  }
  if (readPerMs <= writtenPerMs) return null;
  // From the last commit on, as that told the lag.
  const sinceLastMs = nowMs - lastMs;
  const lagThen = lag - writtenPerMs * sinceLastMs;
  return Math.max(0, lagThen / (readPerMs - writtenPerMs) - sinceLastMs);
}
