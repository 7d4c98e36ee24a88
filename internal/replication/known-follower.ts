import type { FollowerSession } from "./leader-session.ts";
import type { LedLog } from "./led-log.ts";
import type { ReplicationMode } from "./messages.ts";

/** A broker that follows this one. */
export interface Follower {
  readonly brokerId: number;
  readonly mode: ReplicationMode;
  /** When it was heard the last time, on the clock that only goes forward; null: never. */
  readonly heardAtMs: number | null;
  readonly connected: boolean;
}

/** A follower as its leader keeps it. */
export interface KnownFollower extends Follower {
  mode: ReplicationMode;
  heardAtMs: number | null;
  connected: boolean;
  /** When the last was sent of what it has answered; null: nobody waits for it to answer yet. */
  answeredAtMs: number | null;
  session: FollowerSession | null;
  /** It hasn't been heard for so long that it has fallen out of every ISR. */
  lost: boolean;
  /** Where it is to be in sync, and isn't, or isn't known to be. */
  readonly missingIn: Set<LedLog>;
}

/**
 * What a leader knows of a follower when it begins: one that is `known` from before, one that is
 * `new`, or one that was `left` behind by a promotion.
 */
export type FollowerOrigin = "known" | "new" | "left";

/** A follower of whom nothing has been heard yet. */
export function unheardFollower(
  brokerId: number,
  mode: ReplicationMode,
  origin: FollowerOrigin,
  nowMs: number,
): KnownFollower {
  const silent = { heardAtMs: null, connected: false, session: null, lost: false };
  // It isn't known how long a start has taken: a known one may have been promoted meanwhile.
  const knownSinceMs = origin === "known" ? Number.NEGATIVE_INFINITY : nowMs;
  // Who promotes knows that the other one is away.
  const answeredAtMs = origin === "left" ? null : knownSinceMs;
  return { brokerId, mode, ...silent, answeredAtMs, missingIn: new Set() };
}
