import type { ReplicationLeader } from "../replication/leader.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { Pair } from "./pair.ts";
import type { PairPath } from "./pair-path.ts";
import type { BrokerNode } from "./replication-api.ts";

/** The follower in `rack` that has most of a log, if it has everything before `offset`. */
export function nearCopyOf(
  { metadata, rack: ownRack }: PairPath,
  leader: ReplicationLeader,
  log: PartitionLog,
  rack: string,
  offset: number,
): number | null {
  if (rack === ownRack) return null;
  let nearest: { readonly brokerId: number; readonly offset: number } | null = null;
  for (const copy of leader.copiesOf(log)?.followers ?? []) {
    const isThere = leader.follower(copy.brokerId)?.connected ?? false;
    const isNear = metadata.brokers.get(copy.brokerId)?.rack === rack;
    if (!isThere || !isNear || copy.offset < offset) continue;
    if (!nearest || copy.offset > nearest.offset) nearest = copy;
  }
  return nearest?.brokerId ?? null;
}

/** A broker that is there, and has everything of a log before `offset`; null: nobody now. */
export function otherCopy(pair: Pair, log: PartitionLog, offset: number): BrokerNode | null {
  const { leader, following, leaderId } = pair;
  const followed = following?.connected ? leaderId : null;
  const id = leader ? followerWith(leader, log, offset) : followed;
  return pair.brokers().find((node) => node.id === id) ?? null;
}

function followerWith(leader: ReplicationLeader, log: PartitionLog, offset: number): number | null {
  for (const copy of leader.copiesOf(log)?.followers ?? []) {
    const isThere = leader.follower(copy.brokerId)?.connected ?? false;
    if (isThere && copy.offset >= offset) return copy.brokerId;
  }
  return null;
}
