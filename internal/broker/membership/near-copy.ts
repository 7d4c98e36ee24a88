import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { BrokerNode } from "./replication-api.ts";

/**
 * The follower in `rack` that has most of a log, if it has everything before `offset`; null: there
 * is none, or the leader, the first of the brokers, stands there, too.
 */
export function nearCopyOf(
  brokers: readonly BrokerNode[],
  leader: ReplicationLeader | null,
  log: PartitionLog,
  rack: string,
  offset: number,
): number | null {
  if (brokers[0]?.rack === rack) return null;
  const racks = new Map(brokers.map((node) => [node.id, node.rack]));
  let nearest: { readonly brokerId: number; readonly offset: number } | null = null;
  for (const copy of leader?.led(log)?.copies.followers ?? []) {
    const isThere = leader?.follower(copy.brokerId)?.connected ?? false;
    const isNear = racks.get(copy.brokerId) === rack;
    if (!isThere || !isNear || copy.offset < offset) continue;
    if (!nearest || copy.offset > nearest.offset) nearest = copy;
  }
  return nearest?.brokerId ?? null;
}

/** A follower that is there, and has everything of a log before `offset`; null: nobody now. */
export function otherCopyOf(
  leader: ReplicationLeader,
  log: PartitionLog,
  offset: number,
): number | null {
  for (const copy of leader.led(log)?.copies.followers ?? []) {
    const isThere = leader.follower(copy.brokerId)?.connected ?? false;
    if (isThere && copy.offset >= offset) return copy.brokerId;
  }
  return null;
}
