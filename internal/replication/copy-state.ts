/** How a partition's writes depend on its copies. */
export interface CopyRules {
  /** How many copies must be in sync for a write with acks=all to be taken. */
  readonly minInsyncReplicas: number;
  /**
   * What happens when a synchronous copy falls out of the ISR: `degrade` goes on with those that
   * are left, `refuse` takes no acks=all and moves no high watermark until it is back.
   */
  readonly policy: "degrade" | "refuse";
  /** A copy that hasn't caught up for so long falls out of the ISR (`replica.lag.time.max.ms`). */
  readonly lagTimeMaxMs: number;
}

/**
 * How a copy stands to the ISR. `joining`: it is nearly there, and the high watermark waits for it,
 * so that it gets there while producers go on at full speed.
 */
export type CopyStanding = "out" | "joining" | "in";

/**
 * What is known of a copy that is put to the others: it may be `in` the ISR, it was in it once and
 * is `missing`, or it is `new`.
 */
export type CopyOrigin = "in" | "missing" | "new";

/** One follower's copy of a partition, as its leader knows it. */
export interface CopyState {
  readonly brokerId: number;
  /** Whether it is to be in the ISR; else it is an observer, for whom nobody waits. */
  readonly synchronous: boolean;
  readonly standing: CopyStanding;
  /** What it has made durable; -1 while it hasn't said. */
  readonly offset: number;
  /** When it had, for the last time that is known, all that the leader had then. */
  readonly caughtUpAtMs: number;
  /** Since when it isn't in the ISR; null while it is. */
  readonly outSinceMs: number | null;
  /** Whether it was in the ISR before: if not, nobody misses it while it makes its way there. */
  readonly wasIn: boolean;
  /**
   * Whether it is only taken to be in sync, from the beginning on: some of what there was then may
   * have been committed without it, and it hasn't said that it has that.
   */
  readonly isPresumed: boolean;
  /** What its standing should be, where others have to agree to that; null: what it is. */
  readonly proposed: "in" | "out" | null;
}

/** A copy, while its standing changes. */
export interface Copy extends CopyState {
  standing: CopyStanding;
  offset: number;
  caughtUpAtMs: number;
  outSinceMs: number | null;
  wasIn: boolean;
  isPresumed: boolean;
  proposed: CopyState["proposed"];
  /** Where the leader's log ended at some time: when the copy gets there, it was caught up then. */
  markOffset: number;
  markAtMs: number;
}

/**
 * Others decide with the leader who is in the ISR: it proposes, and what it is told was agreed
 * holds. Until then the high watermark waits for who is in the ISR, and for who may be by now.
 */
export interface IsrAuthority {
  /** Whether a broker may be proposed for the ISR now. */
  readonly mayJoin: (brokerId: number) => boolean;
  /** Whether others may have chosen another leader by now: then nothing more is committed. */
  readonly isOutdated: () => boolean;
}

/** Whether a copy is neither in the ISR nor proposed for it. */
export function isUnproposed({ standing, proposed }: CopyState): boolean {
  return standing !== "in" && proposed === null;
}
