/** What is asked of a log that is led here: where it is, and where its copies are. */
export interface CopiedLog {
  readonly log: { readonly startOffset: number; readonly durableOffset: number };
  readonly copies: {
    readonly followers: Iterable<{ readonly brokerId: number; readonly offset: number }>;
  };
}

/**
 * How far each follower is behind in all logs together, for those who look again and again: a look
 * goes through the logs that have something new since the last one and those of which a copy
 * lacked something then, so that it costs traffic and what there is to catch up, and not what
 * there is.
 */
export class FollowerLags {
  /** Every log of which a copy may lack something is here. */
  readonly #unequal = new Set<CopiedLog>();

  /** A log has more than it had, or a copy of it less, or it is led from now on. */
  changed(led: CopiedLog): void {
    this.#unequal.add(led);
  }

  /** A log isn't led here any more. */
  forget(led: CopiedLog): void {
    this.#unequal.delete(led);
  }

  /** What is durable here and not at a follower, in records, by its id; 0 for those not named. */
  look(): ReadonlyMap<number, number> {
    const lags = new Map<number, number>();
    for (const led of this.#unequal) {
      const { startOffset, durableOffset } = led.log;
      let isEqual = true;
      for (const { brokerId, offset } of led.copies.followers) {
        const lag = durableOffset - Math.max(offset, startOffset);
        if (lag <= 0) continue;
        isEqual = false;
        lags.set(brokerId, (lags.get(brokerId) ?? 0) + lag);
      }
      if (isEqual) this.#unequal.delete(led);
    }
    return lags;
  }
}
