import type { Clock } from "../platform/clock.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { DamagedRange } from "../storage/segments/damaged-range.ts";
import type { CopyRules, IsrAuthority } from "./copy-state.ts";
import type { FollowerSession } from "./leader-session.ts";
import type { LedLog } from "./led-log.ts";
import type { ReplicationMode } from "./messages.ts";

/** How seldom copies are looked through, at the most. */
const MAX_SWEEP_MS = 1000;

/** What a log asks of its copies. */
export interface LogRules extends CopyRules {
  readonly mode: ReplicationMode;
}

/** How a log is led: its epoch, and who has copies of it. */
export interface LeadTerms {
  readonly epoch: number;
  /** null: every follower has one, and the leader alone decides who is in sync. */
  readonly copies: AgreedCopies | null;
}

/** Every follower has a copy, and the leader alone decides. */
export function alone(epoch: number): LeadTerms {
  return { epoch, copies: null };
}

/** The copies of a log as all brokers have agreed on them; the leader's own is among them. */
export interface AgreedCopies {
  readonly replicas: readonly number[];
  /** Those of them that are new: what they get is bounded. */
  readonly adding: readonly number[];
  readonly isr: readonly number[];
  readonly authority: IsrAuthority;
}

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
 * The log of this name and incarnation, opened and led; null if this broker doesn't lead it, or not
 * in the leadership that a follower knows: one of the two learns of the other's in a moment.
 */
export type FindLed = (name: string, incarnation: string, leaderEpoch: number) => LedLog | null;

/** What a leader stands on. */
export interface LeaderPath {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly brokerId: number;
  readonly lagTimeMaxMs: number;
  /** A leader that hasn't heard a synchronous follower for so long acks nothing; 0: it goes on. */
  readonly fenceAfterMs: number;
  /** Whether another broker may lead by now, by what is known outside: then nothing is acked. */
  readonly isOutdated: () => boolean;
  readonly rulesOf: (log: PartitionLog) => LogRules;
  readonly find: FindLed;
  /** Told of what can't be read here, and so is missing in a follower's copy. */
  readonly leftOut: (log: PartitionLog, range: DamagedRange, brokerId: number) => void;
  /** Told when the copies of a log stand otherwise, or should. */
  readonly changed: (led: LedLog) => void;
}

/**
 * What a leader knows of a follower when it begins: one that is `known` from before, one that is
 * `new`, or one that was `left` behind by a promotion.
 */
export type FollowerOrigin = "known" | "new" | "left";

/** How often the copies of a leader's logs are looked through. */
export function sweepIntervalMs({ lagTimeMaxMs, fenceAfterMs }: LeaderPath): number {
  const shortestMs = Math.min(lagTimeMaxMs, fenceAfterMs || lagTimeMaxMs);
  return Math.max(10, Math.min(MAX_SWEEP_MS, shortestMs / 4));
}

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
