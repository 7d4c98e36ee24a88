import type { Clock } from "../platform/clock.ts";
import type { Follower, ReplicationLeader } from "../replication/leader.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { Following } from "./following.ts";
import type {
  FollowerStatus,
  MissingRecords,
  PromotionReport,
  ReplicationStatus,
} from "./replication-api.ts";

type Details = Omit<ReplicationStatus, "role" | "leaderId" | "leaderEpoch">;

/** How a master's followers are. */
export function leadingStatus(clock: Clock, store: LogStore, leader: ReplicationLeader): Details {
  const followers = [...leader.followers].map((follower) =>
    followerStatus(clock, store, leader, follower),
  );
  const degraded = leader.degraded.spans.map(({ startMs, endMs, recordsAckedAlone }) => {
    return { startMs, endMs, recordsAckedAlone };
  });
  return { connected: false, leaderSilentMs: null, followers, degraded };
}

/** How a slave stands with its master. */
export function followingStatus(clock: Clock, following: Following | null): Details {
  const heardAtMs = following?.heardAtMs ?? null;
  const leaderSilentMs = heardAtMs === null ? null : Math.round(clock.monotonicMs() - heardAtMs);
  const connected = following?.connected ?? false;
  return { connected, leaderSilentMs, followers: [], degraded: [] };
}

/** What is known of what a promotion could lose. */
export function lossReport(
  clock: Clock,
  store: LogStore,
  following: Following | null,
): Omit<PromotionReport, "leaderId" | "epoch"> {
  const { leaderSilentMs } = followingStatus(clock, following);
  return {
    silentMs: leaderSilentMs,
    wasInSync: following?.inSync ?? false,
    missing: following ? missingRecords(store, following) : [],
  };
}

/** The logs of which the master is known to have more than this slave. */
function missingRecords(store: LogStore, following: Following): MissingRecords[] {
  const missing: MissingRecords[] = [];
  for (const log of store.logs.values()) {
    const leaderEndOffset = following.leaderEndOf(log) ?? 0;
    const { name, durableOffset: endOffset } = log;
    if (leaderEndOffset > endOffset) missing.push({ log: name, leaderEndOffset, endOffset });
  }
  return missing;
}

function followerStatus(
  clock: Clock,
  store: LogStore,
  leader: ReplicationLeader,
  { brokerId, mode, heardAtMs, connected }: Follower,
): FollowerStatus {
  let lagRecords = 0;
  let inSync = mode === "sync";
  for (const log of store.logs.values()) {
    for (const copy of leader.copiesOf(log)?.followers ?? []) {
      if (copy.brokerId !== brokerId) continue;
      lagRecords += Math.max(0, log.durableOffset - Math.max(copy.offset, log.startOffset));
      if (copy.synchronous && copy.standing !== "in") inSync = false;
    }
  }
  const silentMs = heardAtMs === null ? null : Math.round(clock.monotonicMs() - heardAtMs);
  return { brokerId, mode, connected, inSync, silentMs, lagRecords };
}
