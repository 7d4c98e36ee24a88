import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import { must } from "../failure.ts";
import type { Backing } from "./commit.ts";

/** Who is in the ISR has all that is committed. */
export function checkIsr(leader: ReplicationLeader, log: PartitionLog): void {
  for (const { brokerId, standing, offset } of leader.led(log)?.copies.followers ?? []) {
    if (offset < 0) continue;
    const isBehind = standing === "in" && offset < log.highWatermark;
    const text = () => `${log.name}: broker ${brokerId} is in sync with ${offset}`;
    must(!isBehind, () => `${text()}, ${log.highWatermark} is committed`);
  }
}

/** Who has fenced itself commits nothing. */
export function checkFence({ isFenced }: ReplicationLeader, log: PartitionLog): void {
  must(!isFenced, () => `${log.name} is committed by a master that has fenced itself`);
}

/**
 * What stands behind what a leader commits now, as the leader itself has it. Throws where it may
 * not commit.
 */
export function backingOf(
  leader: ReplicationLeader,
  log: PartitionLog,
  otherId: number,
  refuses: boolean,
): Backing {
  const copies = leader.led(log)?.copies;
  must(copies !== undefined, () => `${log.name} isn't led, and is committed`);
  const copy = [...copies.followers].find(({ brokerId }) => brokerId === otherId);
  if (!copy) return "unpaired";
  if (!copy.synchronous) return "observed";
  if (copy.standing !== "out") return "both";
  if (!copy.wasIn) return "unpaired";
  must(!refuses, () => `${log.name} is committed alone, and its topic refuses`);
  const isTold = leader.degraded.current !== null;
  must(isTold, () => `${log.name} is committed alone, and nobody is told`);
  return "alone";
}
