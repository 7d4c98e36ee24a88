import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import { ledCopies } from "../membership/led-copies.ts";
import type { SharedPartitions } from "../membership/membership.ts";
import { otherCopyOf } from "../membership/near-copy.ts";
import type { CopiesView } from "../membership/partitions-view.ts";
import type { BrokerNode } from "../membership/replication-api.ts";
import { notLeader } from "../refusals.ts";
import type { PairPath } from "./pair-path.ts";
import type { PairRole } from "./pair-role.ts";
import { brokersOf } from "./peers.ts";

/** All partitions of a pair: one broker leads them, the other one has copies of them. */
export function pairPartitions(path: PairPath, role: PairRole): SharedPartitions {
  return {
    get brokerCount() {
      return brokersOf(path).length;
    },
    isShared: false,
    refusalOf: () => notLeader(role.leaderId, role.name),
    askRefusalOf: () => null,
    leaderEpochOf: () => role.leaderEpoch,
    partOf: () => (role.leader ? "lead" : "copy"),
    copiesOf: (_, log) => copiesOf(path, role, log),
    otherCopy: (log, offset) => otherCopy(path, role, log, offset),
  };
}

/** Who has a partition; `log` is null where it has never been used. */
function copiesOf(path: PairPath, role: PairRole, log: PartitionLog | null): CopiesView {
  const { brokerId, clock } = path;
  const { leader, leaderEpoch } = role;
  if (!leader) return ofFollower(path, role, log);
  const led = log && leader.led(log);
  if (led) return ledCopies(clock, brokerId, led);
  return { leader: brokerId, leaderEpoch, ...unusedCopies(leader, brokerId), copies: [] };
}

/** A slave knows of itself what its master told it last. */
function ofFollower(
  { brokerId, mode, clock }: PairPath,
  { leaderId: leader, leaderEpoch, following }: PairRole,
  log: PartitionLog | null,
): CopiesView {
  const observers = mode === "async" ? [brokerId] : [];
  const isInSync = mode === "sync" && (following?.inSync ?? false);
  const isr = isInSync ? [leader, brokerId] : [leader];
  const replicas = [leader, brokerId];
  const leaderEnd = (log && following?.leaderEndOf(log)) ?? 0;
  const silentMs = following?.heardAtMs ?? null;
  const own = {
    broker: brokerId,
    inSync: isInSync,
    endOffset: log?.durableOffset ?? 0,
    lagRecords: Math.max(0, leaderEnd - (log?.durableOffset ?? 0)),
    lagBytes: null,
    lagMs: silentMs === null ? null : Math.round(clock.monotonicMs() - silentMs),
    outOfSyncMs: null,
  };
  const still = { adding: [], removing: [] };
  return { leader, leaderEpoch, replicas, ...still, isr, observers, copies: [own] };
}

/** Of a partition that has nothing: who hears its leader has all of it. */
function unusedCopies(leader: ReplicationLeader, brokerId: number) {
  const followers = [...leader.followers];
  const ids = (wanted: (follower: (typeof followers)[number]) => boolean) =>
    followers.filter(wanted).map((follower) => follower.brokerId);
  return {
    replicas: [brokerId, ...ids(() => true)],
    isr: [brokerId, ...ids(({ mode, connected }) => mode === "sync" && connected)],
    adding: [],
    removing: [],
    observers: ids(({ mode }) => mode === "async"),
  };
}

/** The other broker, if it is there and has everything of a log before `offset`. */
function otherCopy(
  path: PairPath,
  { leader, following, leaderId }: PairRole,
  log: PartitionLog,
  offset: number,
): BrokerNode | null {
  const followed = following?.connected ? leaderId : null;
  const id = leader ? otherCopyOf(leader, log, offset) : followed;
  return brokersOf(path).find((node) => node.id === id) ?? null;
}
