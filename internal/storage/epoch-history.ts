/** From `startOffset` on, batches carry this leader epoch. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** Where an epoch ends in a log; epoch and offset are -1 where the log knows nothing of it. */
export interface EpochEnd {
  /** The epoch itself, or the greatest one before it of which the log has batches. */
  readonly epoch: number;
  /** The offset behind that epoch's last batch. */
  readonly endOffset: number;
}

/**
 * Which leader epoch wrote what of a log: both numbers grow from entry to entry.
 *
 * It is what two copies find the place by at which they part (KIP-101, KIP-279): offsets alone
 * don't tell, since two leaders may have given the same ones.
 */
export class EpochHistory {
  /** Never changed, so that whoever marks a log's state can keep it. */
  #starts: readonly EpochStart[] = [];

  /** All entries, oldest first. */
  get starts(): readonly EpochStart[] {
    return this.#starts;
  }

  /** The epoch of the last batch; -1 for none. */
  get last(): number {
    return this.#starts.at(-1)?.epoch ?? -1;
  }

  /** A batch of `epoch` has its place at `offset`. An epoch that isn't greater says nothing new. */
  admit(epoch: number, offset: number): void {
    if (epoch > this.last) this.#starts = [...this.#starts, { epoch, startOffset: offset }];
  }

  /** Puts other entries in the place of these. */
  restore(starts: readonly EpochStart[]): void {
    this.#starts = starts;
  }

  /** Forgets what begins at `endOffset` or behind it: the log ends there now. */
  cutFrom(endOffset: number): void {
    this.#starts = this.#starts.filter(({ startOffset }) => startOffset < endOffset);
  }

  /** Forgets what ended before `startOffset`: the log begins there now. */
  cutBefore(startOffset: number): void {
    const first = this.#starts.findLastIndex((start) => start.startOffset <= startOffset);
    if (first > 0) this.#starts = this.#starts.slice(first);
  }

  /**
   * Where `epoch` ends in a log that ends at `logEndOffset`. For an epoch from before the first
   * one known: where that begins.
   */
  endOf(epoch: number, logEndOffset: number): EpochEnd {
    const at = this.#starts.findLastIndex((start) => start.epoch <= epoch);
    const endOffset = this.#starts[at + 1]?.startOffset ?? logEndOffset;
    const known = this.#starts[at];
    if (known) return { epoch: known.epoch, endOffset };
    return this.#starts.length > 0 ? { epoch, endOffset } : { epoch: -1, endOffset: -1 };
  }
}
