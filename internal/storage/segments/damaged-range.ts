/** A stretch of a log that can't be read any more: these offsets, at this place. */
export interface DamagedRange {
  /** The first offset that is missing, and the one at which the log goes on. */
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly path: string;
  /** The bytes `[position, endPosition)` of the file hold no whole batch that fits. */
  readonly position: number;
  readonly endPosition: number;
  /** What is wrong at `position`, in a few words. */
  readonly fault: string;
}

/** How many ranges of one log are remembered; with more, they are found anew when read. */
const MAX_RANGES = 1000;

/**
 * The damage that is known of one log, so that it is looked for and told once, and not at every
 * read. It is forgotten with a restart, and when the records are deleted.
 */
export class KnownDamage {
  /** By offset; no two overlap. */
  #ranges: DamagedRange[] = [];

  get ranges(): readonly DamagedRange[] {
    return this.#ranges;
  }

  /** The range that holds `offset`. */
  at(offset: number): DamagedRange | undefined {
    return this.#ranges.find(({ fromOffset, toOffset }) => {
      return fromOffset <= offset && offset < toOffset;
    });
  }

  /** The end of what can be read from `offset` on without coming upon damage; `end` at most. */
  endFrom(offset: number, end: number): number {
    const next = this.#ranges.find(({ fromOffset }) => fromOffset >= offset);
    return next ? Math.min(end, next.fromOffset) : end;
  }

  /** Adds a range, in place of those that it overlaps; false if it was known already. */
  add(range: DamagedRange): boolean {
    const overlapping = this.#ranges.filter((known) => overlap(known, range));
    const same = overlapping.some(({ fromOffset, toOffset }) => {
      return fromOffset === range.fromOffset && toOffset === range.toOffset;
    });
    if (same || this.#ranges.length >= MAX_RANGES) return false;
    this.#ranges = [...this.#ranges.filter((known) => !overlap(known, range)), range];
    this.#ranges.sort((a, b) => a.fromOffset - b.fromOffset);
    return true;
  }

  /** Forgets a range, whole or in parts: it can be read again. */
  forget({ fromOffset, toOffset }: DamagedRange): void {
    this.#ranges = this.#ranges.filter((known) => {
      return known.fromOffset < fromOffset || known.toOffset > toOffset;
    });
  }

  /** Forgets what lies before `offset`: it isn't part of the log any more. */
  cutBefore(offset: number): void {
    this.#ranges = this.#ranges.filter(({ toOffset }) => toOffset > offset);
  }

  /** Forgets what lies at `offset` or behind it: something else will stand there. */
  cutFrom(offset: number): void {
    this.#ranges = this.#ranges.filter(({ toOffset }) => toOffset <= offset);
  }
}

function overlap(a: DamagedRange, b: DamagedRange): boolean {
  return a.fromOffset < b.toOffset && b.fromOffset < a.toOffset;
}
