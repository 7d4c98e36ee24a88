/** What happened to a follower that people want to know of. */
export type FollowerChange =
  /** Its session has ended. */
  | { readonly kind: "disconnected"; readonly brokerId: number }
  /** It has fallen out of the ISR of these logs, in which it was. */
  | { readonly kind: "out-of-sync"; readonly brokerId: number; readonly logs: readonly string[] }
  /** It is in the ISR of all logs again, after so long. */
  | { readonly kind: "in-sync"; readonly brokerId: number; readonly outMs: number };

/** A log in whose ISR a follower should be and isn't; `degraded`: it was in it before. */
export interface MissingIn {
  readonly log: { readonly name: string };
  readonly copies: { readonly degraded: boolean };
}

/**
 * Tells when a follower falls out of ISRs and when it is in all of them again: once each, however
 * many logs it is about, so that ten thousand partitions make one event.
 */
export class FollowerNews {
  readonly #tell: (change: FollowerChange) => void;
  /** Since when followers are out of sync, as far as that was told. */
  readonly #outSinceMs = new Map<number, number>();

  constructor(tell: (change: FollowerChange) => void) {
    this.#tell = tell;
  }

  /** Looks at how a follower stands: `missingIn` are the logs in whose ISR it should be. */
  look(brokerId: number, missingIn: ReadonlySet<MissingIn>, nowMs: number): void {
    const sinceMs = this.#outSinceMs.get(brokerId);
    if (sinceMs !== undefined && missingIn.size === 0) {
      this.#outSinceMs.delete(brokerId);
      this.#tell({ kind: "in-sync", brokerId, outMs: Math.round(nowMs - sinceMs) });
    }
    if (sinceMs !== undefined || missingIn.size === 0) return;
    // Where it has never been in the ISR, nobody misses it yet.
    const left = [...missingIn].filter(({ copies }) => copies.degraded);
    if (left.length === 0) return;
    this.#outSinceMs.set(brokerId, nowMs);
    this.#tell({ kind: "out-of-sync", brokerId, logs: left.map(({ log }) => log.name) });
  }
}
