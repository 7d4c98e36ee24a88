import type { Disk } from "../platform/disk.ts";
import { batchSizeBytes, lastOffset } from "../record/batch.ts";
import { RecordReader } from "../record/records.ts";
import { DamageError, StorageError } from "./errors.ts";
import type { FileCache } from "./file-cache.ts";
import type { PartitionLog } from "./partition-log.ts";
import type { Segment } from "./segment.ts";
import { batchHeaders, type ReadableSegment, readBatches } from "./segment-reader.ts";
import { OffsetIndex, TimeIndex } from "./sparse-index.ts";
import { readTail, runFrom } from "./tail.ts";

/** A batch that is opened to look for a time in it may expand to this at the most. */
const EXPANDED_LIMIT_BYTES = 256 * 1024 * 1024;

/** What reading goes through. */
export interface ReadPath {
  readonly disk: Disk;
  readonly files: FileCache;
}

/** A record's place in time. */
export interface TimedOffset {
  readonly offset: number;
  readonly timestampMs: number;
}

/**
 * Reads whole batches of `log`: first the one that holds `offset`, whatever its size, then more
 * up to `maxBytes`, all of them below `endOffset`. Nothing if `offset` is `endOffset`.
 *
 * At once, when the batches are still in memory; else a promise, so that no other client waits for
 * the device. Throws or rejects with `StorageError` `out-of-range` or, as `DamageError`, `damaged`.
 */
export function readLog(
  path: ReadPath,
  log: PartitionLog,
  offset: number,
  endOffset: number,
  maxBytes: number,
): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
  if (offset < log.startOffset || offset > log.endOffset) {
    const has = `it has ${log.startOffset} to ${log.endOffset}`;
    throw new StorageError("out-of-range", `${log.name} has no offset ${offset}; ${has}`);
  }
  if (offset >= endOffset) return [];
  const first = log.tail[0];
  if (first && offset >= first.baseOffset) return readTail(log.tail, offset, endOffset, maxBytes);
  const end = Math.min(endOffset, first?.baseOffset ?? endOffset);
  return readSegments(path, log, offset, end, maxBytes);
}

/** The first record below `endOffset` that isn't older than `timestampMs`; null for none. */
export async function findTime(
  path: ReadPath,
  log: PartitionLog,
  timestampMs: number,
  endOffset: number,
): Promise<TimedOffset | null> {
  // By offset: while one segment is read, others may be removed or merged.
  for (let from = log.startOffset; from < endOffset; ) {
    const segment = log.segmentFrom(from);
    if (!segment) break;
    const end = Math.min(segment.endOffset, endOffset);
    if (segment.maxTimestampMs >= timestampMs) {
      from = Math.max(from, segment.baseOffset + timeFloor(path, segment, timestampMs));
      const found = await firstInRange(path, log, timestampMs, from, end);
      if (found) return found;
    }
    from = end;
  }
  return null;
}

async function firstInRange(
  path: ReadPath,
  log: PartitionLog,
  timestampMs: number,
  fromOffset: number,
  endOffset: number,
): Promise<TimedOffset | null> {
  for (let offset = fromOffset; offset < endOffset; ) {
    const from = Math.max(offset, log.startOffset);
    const [batch] = await readLog(path, log, from, endOffset, 1);
    if (!batch) break;
    const found = firstSince(batch, timestampMs, log.startOffset);
    if (found) return found;
    offset = lastOffset(batch, 0) + 1;
  }
  return null;
}

/** The record with the greatest timestamp below `endOffset`, the first of equals. */
export async function findMaxTime(
  path: ReadPath,
  log: PartitionLog,
  endOffset: number,
): Promise<TimedOffset | null> {
  const greatest = log.segments.reduce((max, segment) => Math.max(max, segment.maxTimestampMs), -1);
  return greatest < 0 ? null : findTime(path, log, greatest, endOffset);
}

/** One segment's batches, or the next one's where compaction has left nothing to the first. */
async function readSegments(
  path: ReadPath,
  log: PartitionLog,
  offset: number,
  endOffset: number,
  maxBytes: number,
): Promise<readonly Uint8Array[]> {
  // By offset: while one segment is read, others may be removed or merged.
  let segment = log.segmentFrom(offset);
  while (segment && segment.baseOffset < endOffset) {
    const bytes = await readSegment(path, log, segment, { offset, endOffset, maxBytes });
    if (bytes.length > 0) return [bytes];
    segment = log.segmentFrom(segment.endOffset);
  }
  return [];
}

interface Range {
  readonly offset: number;
  readonly endOffset: number;
  readonly maxBytes: number;
}

function readSegment(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  range: Range,
): Promise<Uint8Array> {
  const sizeBytes = fileBytes(log, segment);
  return path.files.use(segment.logPath, async (file) => {
    const readable = { log: log.name, file, sizeBytes };
    const { offsets } = segment.indexes(path.disk);
    const position = offsets.floor(range.offset - segment.baseOffset);
    try {
      return await readBatches(readable, position, range);
    } catch (error) {
      if (!(error instanceof DamageError) || offsets.length === 0) throw error;
      // Perhaps the index is what is damaged: it can be made anew from the segment.
      await rebuildIndexes(readable, segment);
      const again = segment.indexes(path.disk).offsets.floor(range.offset - segment.baseOffset);
      return readBatches(readable, again, range);
    }
  });
}

/** Makes a segment's indexes from its batches, as far as they can be read. */
async function rebuildIndexes(readable: ReadableSegment, segment: Segment): Promise<void> {
  const offsets = new OffsetIndex();
  const times = new TimeIndex();
  let maxTimestampMs = -1;
  try {
    for await (const header of batchHeaders(readable, 0)) {
      const relative = header.baseOffset - segment.baseOffset;
      if (header.position - offsets.lastPosition >= 4096) {
        offsets.add(relative, header.position);
        if (maxTimestampMs >= 0) times.add(maxTimestampMs, relative);
      }
      maxTimestampMs = Math.max(maxTimestampMs, header.maxTimestampMs);
    }
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
  }
  segment.replaceIndexes(offsets, times);
}

/** How much of a segment is in its file: the rest is in the tail. */
function fileBytes(log: PartitionLog, segment: Segment): number {
  const first = log.tail[runFrom(log.tail, segment.baseOffset)];
  return first?.segment === segment ? first.position : segment.sizeBytes;
}

function timeFloor(path: ReadPath, segment: Segment, timestampMs: number): number {
  return segment.indexes(path.disk).times.floor(timestampMs);
}

/** The first record of a batch that isn't before `timestampMs` or `startOffset`. */
function firstSince(batch: Uint8Array, timestampMs: number, startOffset: number) {
  for (let at = 0; at < batch.length; at += batchSizeBytes(batch, at)) {
    const reader = new RecordReader(batch, at, EXPANDED_LIMIT_BYTES);
    while (reader.next()) {
      if (reader.timestampMs >= timestampMs && reader.offset >= startOffset) {
        return { offset: reader.offset, timestampMs: reader.timestampMs };
      }
    }
  }
  return null;
}
