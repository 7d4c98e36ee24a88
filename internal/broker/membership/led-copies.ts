import type { Clock } from "../../platform/clock.ts";
import type { CopyState } from "../../replication/copy-state.ts";
import type { LedLog } from "../../replication/led-log.ts";
import { availableBytes } from "../../storage/log-size.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { CopyStatus } from "../api.ts";
import type { CopiesView } from "./partitions-view.ts";

/** Who has copies of a partition that this broker leads. */
export function ledCopies(clock: Clock, brokerId: number, led: LedLog): CopiesView {
  const { log, epoch: leaderEpoch, copies } = led;
  const { replicas, isr, observers } = copies;
  const lags = [...copies.followers].map((copy) => lagOf(clock, log, copy));
  return {
    leader: brokerId,
    leaderEpoch,
    replicas,
    adding: [],
    removing: [],
    isr,
    observers,
    copies: lags,
  };
}

function lagOf(clock: Clock, log: PartitionLog, copy: CopyState): CopyStatus {
  const { brokerId, standing, offset, caughtUpAtMs, outSinceMs } = copy;
  const nowMs = clock.monotonicMs();
  const from = Math.max(offset, log.startOffset);
  const behind = from < log.durableOffset;
  return {
    broker: brokerId,
    inSync: standing === "in",
    endOffset: offset < 0 ? null : offset,
    lagRecords: Math.max(0, log.durableOffset - from),
    lagBytes: behind ? availableBytes(log, from) : 0,
    lagMs: behind ? Math.max(0, Math.round(nowMs - caughtUpAtMs)) : 0,
    outOfSyncMs: outSinceMs === null ? null : Math.round(nowMs - outSinceMs),
  };
}
