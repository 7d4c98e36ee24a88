import type { Disk } from "../platform/disk.ts";
import type { PartitionLog } from "./partition-log.ts";

/**
 * Adds what the indexes of a log's segments have gained to their files, and lets the indexes of
 * all but the last segment go from memory. Returns the files that were written.
 */
export function saveIndexes(disk: Disk, log: PartitionLog): string[] {
  const written: string[] = [];
  for (const segment of log.segments) {
    const indexes = segment.loadedIndexes;
    if (!indexes) continue;
    const { offsets, times } = indexes;
    if (offsets.length > indexes.savedOffsets) {
      const bytes = offsets.encode(indexes.savedOffsets);
      append(disk, segment.indexPath, bytes, indexes.savedOffsets, offsets.length);
      indexes.savedOffsets = offsets.length;
      written.push(segment.indexPath);
    }
    if (times.length > indexes.savedTimes) {
      const bytes = times.encode(indexes.savedTimes);
      append(disk, segment.timeIndexPath, bytes, indexes.savedTimes, times.length);
      indexes.savedTimes = times.length;
      written.push(segment.timeIndexPath);
    }
    if (segment !== log.segments.at(-1)) segment.unloadIndexes();
  }
  return written;
}

/** Writes entries `[from, to)` to their place in the file and cuts off what stands behind. */
function append(disk: Disk, path: string, bytes: Uint8Array, from: number, to: number): void {
  const entryBytes = bytes.length / (to - from);
  const file = disk.open(path, "create");
  try {
    file.write(bytes, 0, bytes.length, from * entryBytes);
    file.truncate(to * entryBytes);
  } finally {
    file.close();
  }
}
