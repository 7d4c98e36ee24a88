import type { ReplicationLeader } from "../replication/leader.ts";
import { epochOfPromotion } from "./epochs.ts";
import type { PairPath } from "./pair-path.ts";

/** The epoch of this broker's promotion, where `leaderId` led with `epoch` before. */
export function nextPromotion(path: PairPath, epoch: number, leaderId: number): number {
  const { metadata, brokerId } = path;
  const other = [...metadata.brokers.keys()].find((id) => id !== brokerId);
  return epochOfPromotion(epoch, brokerId, other ?? leaderId);
}

/**
 * Makes durable that this broker leads, before anybody may learn of it: a leadership that was
 * forgotten would be taken a second time, with other records.
 */
export async function writeLeadership(path: PairPath, epoch: number): Promise<void> {
  const { metadata, brokerId } = path;
  metadata.log.leaderEpoch = epoch;
  metadata.log.commits.refusal = null;
  await metadata.putLeadership({ brokerId, epoch });
}

/** Leads all logs, and knows all followers: after a promotion nobody else is in sync. */
export function leadAll(path: PairPath, leader: ReplicationLeader, promoted: boolean): void {
  const { store, metadata, brokerId } = path;
  const lead = () => {
    for (const log of store.logs.values()) leader.lead(log);
  };
  // Who leads alone commits all that it has: not before it knows of a slave that may not have it.
  if (promoted) lead();
  for (const { id, replication } of metadata.brokers.values()) {
    if (id !== brokerId) leader.putFollower(id, replication, promoted ? "left" : "known");
  }
  if (!promoted) lead();
}
