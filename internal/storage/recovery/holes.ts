import type { Disk } from "../../platform/disk.ts";
import type { JournalEntry } from "../journal/journal-frame.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { Segment } from "../segments/segment.ts";

/**
 * Where the entry's batch belongs in a log that lacks what stood before it: that gets its place,
 * and is looked for in the segments' files later. Null if the log has the batch already, or one
 * that was not expected there.
 */
export function bridgeHole(disk: Disk, log: PartitionLog, entry: JournalEntry): Segment | null {
  const { offset, segmentBase, position } = entry;
  const last = log.segments.at(-1);
  if (offset < log.endOffset || (last && segmentBase < last.baseOffset)) return null;
  if (last?.baseOffset === segmentBase) return extended(last, position, offset);
  if (last && segmentBase > last.endOffset) {
    const file = disk.exists(last.logPath) ? disk.open(last.logPath, "read") : null;
    const sizeBytes = Math.max(last.sizeBytes, file?.sizeBytes() ?? 0);
    file?.close();
    extended(last, sizeBytes, segmentBase);
  }
  return extended(log.addSegment(segmentBase), position, offset);
}

/** The segment with a hole at its end, so that it ends at `position` and `offset`. */
function extended(segment: Segment, position: number, offset: number): Segment | null {
  if (position < segment.sizeBytes) return null;
  segment.leaveOut(position - segment.sizeBytes, offset);
  return segment;
}
