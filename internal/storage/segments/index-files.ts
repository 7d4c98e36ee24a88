import type { Disk } from "../../platform/disk.ts";
import { crc32c } from "../../record/crc32c.ts";
import type { PartitionLog } from "../partition-log.ts";
import { emptyIndexes, type Indexes } from "./indexes.ts";
import type { Segment } from "./segment.ts";
import { OFFSET_ENTRY_BYTES, OffsetIndex, TIME_ENTRY_BYTES, TimeIndex } from "./sparse-index.ts";

/**
 * Adds what the indexes of a log's segments have gained to their files, and lets the indexes of
 * all but the last segment go from memory. Returns the files that were written.
 */
export function saveLogIndexes(disk: Disk, log: PartitionLog): string[] {
  const written: string[] = [];
  for (const segment of log.segments) {
    written.push(...saveIndexes(disk, segment));
    if (segment !== log.segments.at(-1)) segment.unloadIndexes();
  }
  return written;
}

/** Adds what a segment's indexes have gained to their files; returns those that were written. */
export function saveIndexes(disk: Disk, segment: Segment): string[] {
  const indexes = segment.loadedIndexes;
  // Without all entries the file would tell less than before.
  if (!indexes?.whole) return [];
  const { offsets, times } = indexes;
  const { saved } = segment;
  const written: string[] = [];
  let { offsetsCrc, timesCrc } = saved;
  if (offsets.length > saved.offsets) {
    const bytes = offsets.encode(saved.offsets);
    writeFrom(disk, segment.indexPath, saved.offsets * OFFSET_ENTRY_BYTES, bytes);
    offsetsCrc = crc32c(bytes, 0, bytes.length, offsetsCrc);
    written.push(segment.indexPath);
  }
  if (times.length > saved.times) {
    const bytes = times.encode(saved.times);
    writeFrom(disk, segment.timeIndexPath, saved.times * TIME_ENTRY_BYTES, bytes);
    timesCrc = crc32c(bytes, 0, bytes.length, timesCrc);
    written.push(segment.timeIndexPath);
  }
  segment.saved = { offsets: offsets.length, offsetsCrc, times: times.length, timesCrc };
  return written;
}

/** Reads a segment's indexes; without an entry, and not `whole`, if the files aren't as saved. */
export function loadIndexes(disk: Disk, segment: Segment): Indexes {
  const { offsets, offsetsCrc, times, timesCrc } = segment.saved;
  const { indexPath, timeIndexPath } = segment;
  const offsetBytes = readSaved(disk, indexPath, offsets * OFFSET_ENTRY_BYTES, offsetsCrc);
  const timeBytes = readSaved(disk, timeIndexPath, times * TIME_ENTRY_BYTES, timesCrc);
  if (!offsetBytes || !timeBytes) return emptyIndexes(false);
  return {
    offsets: OffsetIndex.decode(offsetBytes),
    times: TimeIndex.decode(timeBytes),
    whole: true,
  };
}

/** The first `sizeBytes` of a file, if their CRC is this one; null if not. */
function readSaved(disk: Disk, path: string, sizeBytes: number, crc: number): Uint8Array | null {
  const bytes = new Uint8Array(sizeBytes);
  if (sizeBytes === 0) return bytes;
  if (!disk.exists(path)) return null;
  const file = disk.open(path, "read");
  try {
    const got = file.read(bytes, 0, sizeBytes, 0);
    return got === sizeBytes && crc32c(bytes, 0, sizeBytes) === crc ? bytes : null;
  } finally {
    file.close();
  }
}

/** Writes `bytes` at `position` of a file, and cuts off what stands behind. */
function writeFrom(disk: Disk, path: string, position: number, bytes: Uint8Array): void {
  const file = disk.open(path, "create");
  try {
    file.write(bytes, 0, bytes.length, position);
    file.truncate(position + bytes.length);
  } finally {
    file.close();
  }
}
