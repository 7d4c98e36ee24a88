import type { Clock } from "../../platform/clock.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PairPath } from "../pair/pair-path.ts";
import type { PairRole } from "../pair/pair-role.ts";
import type { Following } from "./following.ts";
import type { MissingRecords, PromotionReport } from "./pair-admin.ts";
import type { ReplicationStatus } from "./replication-api.ts";

type Details = Omit<ReplicationStatus, "role" | "leaderId" | "leaderEpoch" | "fenced" | "mode">;

/** How a broker stands with the others. */
export function replicationStatus({ clock, mode }: PairPath, pair: PairRole): ReplicationStatus {
  const { name: role, leaderId, leaderEpoch, leader, following } = pair;
  const details = leader ? leadingStatus(clock, leader) : followingStatus(clock, following);
  const fenced = leader?.isFenced ?? false;
  return { role, leaderId, leaderEpoch, fenced, mode, ...details };
}

/** How a master's followers are. */
export function leadingStatus(clock: Clock, leader: ReplicationLeader): Details {
  const lags = leader.lagsInRecords();
  const followers = Array.from(leader.followers, ({ brokerId, mode, connected, heardAtMs }) => ({
    ...{ brokerId, mode, connected },
    inSync: mode === "sync" && leader.isInSync(brokerId),
    silentMs: heardAtMs === null ? null : Math.round(clock.monotonicMs() - heardAtMs),
    lagRecords: lags.get(brokerId) ?? 0,
  }));
  const degraded = leader.degraded.spans.map(({ startMs, endMs, recordsAckedAlone }) => {
    return { startMs, endMs, recordsAckedAlone };
  });
  return {
    connected: false,
    leaderSilentMs: null,
    inSync: false,
    catchUp: null,
    followers,
    degraded,
  };
}

/** How a slave stands with its master. */
function followingStatus(clock: Clock, following: Following | null): Details {
  const heardAtMs = following?.heardAtMs ?? null;
  const leaderSilentMs = heardAtMs === null ? null : Math.round(clock.monotonicMs() - heardAtMs);
  const connected = following?.connected ?? false;
  const inSync = following?.inSync ?? false;
  const progress = following?.catchUp?.status() ?? null;
  const catchUp = !inSync && progress && progress.behindBytes > 0 ? progress : null;
  return { connected, leaderSilentMs, inSync, catchUp, followers: [], degraded: [] };
}

/** What is known of what a promotion could lose. */
export function lossReport(
  { clock, store, topics, mode }: PairPath,
  following: Following | null,
): Omit<PromotionReport, "leaderId" | "epoch"> {
  const wasInSync = following?.inSync ?? false;
  const informedAtMs = following?.informedAtMs ?? null;
  const silentMs = informedAtMs === null ? null : Math.round(clock.monotonicMs() - informedAtMs);
  const missing: MissingRecords[] = [];
  for (const log of following ? store.logs.values() : []) {
    const settings = topics.topicOfLog(log.name)?.settings;
    const synchronous = mode === "sync" && settings?.replication !== "async";
    const { name, durableOffset: endOffset } = log;
    const toldOffset = following?.leaderEndOf(log) ?? endOffset;
    const leaderEndOffset = Math.max(toldOffset, endOffset);
    if (wasInSync && synchronous && leaderEndOffset === endOffset) continue;
    missing.push({ log: name, leaderEndOffset, endOffset });
  }
  return { silentMs, wasInSync, missing };
}
