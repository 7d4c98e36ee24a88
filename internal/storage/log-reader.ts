import type { Disk, DiskFile } from "../platform/disk.ts";
import { batchSizeBytes, lastOffset } from "../record/batch.ts";
import { RecordReader } from "../record/records.ts";
import { DamageError, StorageError } from "./errors.ts";
import type { PartitionLog } from "./partition-log.ts";
import type { DamagedRange } from "./segments/damaged-range.ts";
import type { FileCache } from "./segments/file-cache.ts";
import type { Segment } from "./segments/segment.ts";
import { floorPlace, rebuiltIndexes, soundPlace } from "./segments/segment-index.ts";
import { type BatchRange, readAround, readBatches } from "./segments/segment-reader.ts";
import type { Place, SegmentView } from "./segments/segment-view.ts";
import { readTail, runFrom } from "./tail.ts";

/** A batch that is opened to look for a time in it may expand to this at the most. */
const EXPANDED_LIMIT_BYTES = 256 * 1024 * 1024;

/** What reading goes through. */
export interface ReadPath {
  readonly disk: Disk;
  readonly files: FileCache;
  /** Told of damage that wasn't known before. */
  readonly damaged: (log: PartitionLog, range: DamagedRange) => void;
  /** Told that a segment got new indexes, and that its files have to follow. */
  readonly indexed: (log: PartitionLog, segment: Segment) => void;
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
 * the device. Throws or rejects with `StorageError` `out-of-range` or, as `DamageError`, `damaged`;
 * with `not-leader` where a follower's log was cut meanwhile: then other batches may stand there.
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
  throwIfDamaged(log, offset);
  const readable = log.damage.endFrom(offset, endOffset);
  const first = log.tail[0];
  if (first && offset >= first.baseOffset) return readTail(log.tail, offset, readable, maxBytes);
  const end = Math.min(readable, first?.baseOffset ?? readable);
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
      from = Math.max(from, await timeFloor(path, log, segment, timestampMs));
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
    const batch = await readableBatch(path, log, from, endOffset);
    if (!batch) break;
    const found = firstSince(batch, timestampMs, log.startOffset);
    if (found) return found;
    offset = lastOffset(batch, 0) + 1;
  }
  return null;
}

/** The first batch from the one that holds `offset` on that isn't damaged; null for none. */
async function readableBatch(
  path: ReadPath,
  log: PartitionLog,
  offset: number,
  endOffset: number,
): Promise<Uint8Array | null> {
  for (let from = offset; ; ) {
    try {
      const [batch] = await readLog(path, log, from, endOffset, 1);
      return batch ?? null;
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      from = error.range.toOffset;
    }
  }
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

async function readSegment(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  range: BatchRange,
): Promise<Uint8Array> {
  const { cutCount } = log;
  return path.files.use(segment.logPath, async (file) => {
    const view = segmentView(log, segment, file);
    await makeIndexesWhole(path, log, segment, view);
    const place = nearestPlace(path, log, segment, view, range.offset);
    const bytes = await readBatches(view, place, range);
    throwIfCut(log, cutCount);
    if (bytes !== null) return bytes;
    const start = await soundPlace(path.disk, view, segment, range.offset);
    const salvage = await readAround(view, start, segment.indexes(path.disk).offsets, range);
    throwIfCut(log, cutCount);
    for (const damage of salvage.damage) noteDamage(path, log, damage);
    if (salvage.bytes.length === 0) throwIfDamaged(log, range.offset);
    return salvage.bytes;
  });
}

/** Makes a segment's indexes anew, if their files were not as they had been saved. */
export async function makeIndexesWhole(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  view: SegmentView,
): Promise<void> {
  if (segment.indexes(path.disk).whole) return;
  const { cutCount } = log;
  const rebuilt = await rebuiltIndexes(view);
  throwIfCut(log, cutCount);
  segment.replaceIndexes(rebuilt, view.sizeBytes, view.endOffset);
  path.indexed(log, segment);
}

/**
 * Throws if a log isn't as it was when it had been cut `cutCount` times. What was written behind
 * the cut isn't what a view of before expects, and would pass for damage.
 */
function throwIfCut({ name, cutCount }: PartitionLog, before: number): void {
  if (cutCount === before) return;
  throw new StorageError("cut", `${name} was cut while it was read; its leader has others`);
}

/** Where to begin reading for `offset`: by the index or, where damage is known, behind that. */
function nearestPlace(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  view: SegmentView,
  offset: number,
): Place {
  let place = floorPlace(path.disk, view, segment, offset);
  for (const { path: file, toOffset, endPosition } of log.damage.ranges) {
    if (file !== segment.logPath || toOffset > offset || endPosition < place.position) continue;
    place = { position: endPosition, offset: toOffset, epoch: -1 };
  }
  return place;
}

/** Remembers a damaged range; tells of it if it is news. */
export function noteDamage(path: ReadPath, log: PartitionLog, range: DamagedRange): void {
  if (!log.removed && log.damage.add(range)) path.damaged(log, range);
}

function throwIfDamaged(log: PartitionLog, offset: number): void {
  const range = log.damage.at(offset);
  if (range) throw new DamageError(log.name, range);
}

/** What of a segment is in its file: the rest is in the tail. */
export function segmentView(log: PartitionLog, segment: Segment, file: DiskFile): SegmentView {
  const { baseOffset, hasGaps, lastEpoch } = segment;
  const run = log.tail[runFrom(log.tail, baseOffset)];
  const first = run?.segment === segment ? run : undefined;
  return {
    file,
    baseOffset,
    sizeBytes: first?.position ?? segment.sizeBytes,
    endOffset: first?.baseOffset ?? segment.endOffset,
    hasGaps,
    lastEpoch,
  };
}

/** An offset before which no record of the segment has `timestampMs` or a later time. */
async function timeFloor(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  timestampMs: number,
): Promise<number> {
  if (!segment.indexes(path.disk).whole) {
    await path.files.use(segment.logPath, (file) =>
      makeIndexesWhole(path, log, segment, segmentView(log, segment, file)),
    );
  }
  return segment.baseOffset + segment.indexes(path.disk).times.floor(timestampMs);
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
