import type { Leadership } from "../../metadata/metadata-store.ts";
import { alone } from "../../replication/lead-terms.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import { epochOfPromotion } from "../membership/epochs.ts";
import type { PairPath } from "./pair-path.ts";
import type { PairRole } from "./pair-role.ts";

/** The epoch of a leadership of this broker that comes after the last one that is known. */
export function nextEpoch(
  { metadata, brokerId }: PairPath,
  { leaderEpoch, leaderId }: Pick<PairRole, "leaderEpoch" | "leaderId">,
  promoted: boolean,
): number {
  if (!promoted) return leaderEpoch + 1;
  const other = [...metadata.brokers.keys()].find((id) => id !== brokerId);
  return epochOfPromotion(leaderEpoch, brokerId, other ?? leaderId);
}

/** The last leadership that was known when this broker was started; null if there was none. */
export function lastLeadership({ metadata, followed }: PairPath): Leadership | null {
  const { leadership } = metadata;
  return leadership && (followed?.epoch ?? -1) <= leadership.epoch ? leadership : followed;
}

/** Whether this broker has led with `epoch`, the highest that it knows of. */
export function hasLedLast({ metadata, brokerId }: PairPath, epoch: number): boolean {
  const { leadership } = metadata;
  return leadership?.brokerId === brokerId && leadership.epoch === epoch;
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
export function leadAll(
  path: PairPath,
  leader: ReplicationLeader,
  epoch: number,
  promoted: boolean,
): void {
  const { store, metadata, brokerId } = path;
  const lead = () => {
    for (const log of store.logs.values()) leader.lead(log, alone(epoch));
  };
  // Who leads alone commits all that it has: not before it knows of a slave that may not have it.
  if (promoted) lead();
  for (const { id, replication } of metadata.brokers.values()) {
    if (id !== brokerId) leader.putFollower(id, replication, promoted ? "left" : "known");
  }
  if (!promoted) lead();
}
