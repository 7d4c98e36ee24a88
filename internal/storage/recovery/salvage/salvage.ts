import type { Disk } from "../../../platform/disk.ts";
import type { PartitionLog } from "../../partition-log.ts";
import type { RecoveryPath, Replay } from "../replay.ts";
import { scanLog } from "./scan-log.ts";

/**
 * After losses: brings logs that aren't any more as checkpoint and journal have them to what their
 * folders hold.
 */
export async function salvage(path: RecoveryPath, replay: Replay): Promise<void> {
  for (const loss of replay.nameless.values()) path.losses.add(loss);
  for (const log of replay.byId.values()) {
    if (!replay.holed.has(log) && filesFit(path.disk, log)) continue;
    path.writer.drain(log);
    await rescan(path, log);
    replay.changed.add(log);
  }
}

/** Whether each segment's file is as long as it must be; what compaction did may be lost. */
function filesFit(disk: Disk, log: PartitionLog): boolean {
  const tailBase = log.tail[0]?.segment.baseOffset ?? Number.POSITIVE_INFINITY;
  return log.segments.every(({ baseOffset, logPath, sizeBytes }, i) => {
    if (baseOffset >= tailBase || sizeBytes === 0) return true;
    if (!disk.exists(logPath)) return false;
    const file = disk.open(logPath, "read");
    const foundBytes = file.sizeBytes();
    file.close();
    const isLast = i === log.segments.length - 1;
    return foundBytes === sizeBytes || (isLast && foundBytes > sizeBytes);
  });
}

async function rescan(path: RecoveryPath, log: PartitionLog): Promise<void> {
  const { endOffset } = log;
  const segments = await scanLog(path, log.directory, () => {});
  const last = segments.at(-1);
  if (!last) return;
  // What is missing at the end had its offsets, too.
  if (last.endOffset < endOffset) last.leaveOut(0, endOffset);
  log.segments = segments;
}
