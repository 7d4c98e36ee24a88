import type { PartitionLog } from "./partition-log.ts";
import { positionInTail } from "./tail.ts";

/**
 * About how many bytes a log has from `offset` on: exact when that is the beginning of a batch in
 * memory, else too many by less than two index entries. Nothing is read for it.
 */
export function availableBytes(log: PartitionLog, offset: number): number {
  const index = log.segmentIndexOf(offset);
  const segment = log.segments[index];
  if (!segment) return 0;
  let bytes = segment.sizeBytes - positionBefore(log, offset);
  for (let i = index + 1; i < log.segments.length; i++) bytes += log.segments[i]?.sizeBytes ?? 0;
  return bytes;
}

function positionBefore(log: PartitionLog, offset: number): number {
  const inTail = positionInTail(log.tail, offset);
  if (inTail !== null) return inTail;
  const segment = log.segmentOf(offset);
  if (!segment) return 0;
  return segment.loadedIndexes?.offsets.floor(offset - segment.baseOffset) ?? 0;
}
