import type { Clock } from "../platform/clock.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { DamagedRange } from "../storage/segments/damaged-range.ts";
import type { LogRules } from "./lead-terms.ts";
import type { LedLog } from "./led-log.ts";

/** How seldom copies are looked through, at the most. */
const MAX_SWEEP_MS = 1000;

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

/** How often the copies of a leader's logs are looked through. */
export function sweepIntervalMs({ lagTimeMaxMs, fenceAfterMs }: LeaderPath): number {
  const shortestMs = Math.min(lagTimeMaxMs, fenceAfterMs || lagTimeMaxMs);
  return Math.max(10, Math.min(MAX_SWEEP_MS, shortestMs / 4));
}
