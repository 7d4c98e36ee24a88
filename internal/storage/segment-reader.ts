import type { DiskFile } from "../platform/disk.ts";
import { baseOffset, batchSizeBytes, lastOffset, maxTimestampMs } from "../record/batch.ts";
import { checkStoredBatch } from "../record/check.ts";
import { HEADER_BYTES, MAGIC_AT, MAGIC_V2 } from "../record/layout.ts";
import { DamageError } from "./errors.ts";

/** A segment's file as a reader sees it: nothing behind `sizeBytes` belongs to it. */
export interface ReadableSegment {
  readonly log: string;
  readonly file: DiskFile;
  readonly sizeBytes: number;
}

/** What to look for: batches from the one that holds `offset`, all below `endOffset`. */
export interface BatchRange {
  readonly offset: number;
  readonly endOffset: number;
  readonly maxBytes: number;
}

/** How much is read to find out where a batch ends that is larger than what was asked for. */
const MIN_READ_BYTES = 16 * 1024;

/**
 * Reads whole batches from `position` on: first the one that holds `range.offset` (or, in a
 * compacted segment, the next one), whatever its size, then more while they fit.
 *
 * Each batch is checked before it is handed out. Returns no bytes when no batch of the range is in
 * the segment. Throws `DamageError` if the first one is damaged; damage behind it ends the answer.
 */
export async function readBatches(
  segment: ReadableSegment,
  position: number,
  range: BatchRange,
): Promise<Uint8Array> {
  let from = position;
  let want = Math.max(range.maxBytes, MIN_READ_BYTES);
  for (;;) {
    const length = Math.min(want, segment.sizeBytes - from);
    const bytes = new Uint8Array(Math.max(0, length));
    const got = await segment.file.readAsync(bytes, 0, bytes.length, from);
    const found = wholeBatches(segment, bytes, got, from, range);
    if (found.end > found.start || found.exhausted) return bytes.subarray(found.start, found.end);
    if (got < bytes.length) {
      throw damaged(segment, bytes, found.start, from, "a file that ends too early", range.offset);
    }
    // Nothing yet: go on where the first batch of interest begins, and read all of it.
    from += found.start;
    want = Math.max(found.neededBytes, want);
  }
}

interface Found {
  /** The batches of the range are `[start, end)` of the bytes that were read. */
  readonly start: number;
  readonly end: number;
  /** No batch of the range comes later in this segment. */
  readonly exhausted: boolean;
  /** How many bytes from `start` on the next batch takes. */
  readonly neededBytes: number;
}

function wholeBatches(
  segment: ReadableSegment,
  bytes: Uint8Array,
  got: number,
  from: number,
  range: BatchRange,
): Found {
  let start = 0;
  let at = 0;
  const atEnd = from + got >= segment.sizeBytes;
  while (at + HEADER_BYTES <= got) {
    const sizeBytes = batchSizeBytes(bytes, at);
    const damage = headerDamage(segment, bytes, at, from, range.offset);
    if (damage) return stopAt(damage, start, at);
    const wanted = lastOffset(bytes, at) >= range.offset;
    if (wanted && baseOffset(bytes, at) >= range.endOffset) return done(start, at);
    if (at + sizeBytes > got) {
      if (atEnd) return stopAt(damaged(segment, bytes, at, from, "a cut-off batch"), start, at);
      return { start, end: at, exhausted: false, neededBytes: sizeBytes };
    }
    if (wanted) {
      if (at > start && at + sizeBytes - start > range.maxBytes) return done(start, at);
      const fault = checkStoredBatch(bytes, at, got);
      if (fault) return stopAt(damaged(segment, bytes, at, from, fault), start, at);
      at += sizeBytes;
    } else {
      at += sizeBytes;
      start = at;
    }
  }
  return { start, end: at, exhausted: atEnd, neededBytes: MIN_READ_BYTES };
}

function done(start: number, end: number): Found {
  return { start, end, exhausted: true, neededBytes: 0 };
}

/** What stands before the damage is still good; if nothing does, the damage is the answer. */
function stopAt(damage: DamageError, start: number, at: number): Found {
  if (at === start) throw damage;
  return done(start, at);
}

function headerDamage(
  segment: ReadableSegment,
  bytes: Uint8Array,
  at: number,
  from: number,
  offset: number,
): DamageError | null {
  const sizeBytes = batchSizeBytes(bytes, at);
  if (bytes[at + MAGIC_AT] !== MAGIC_V2 || sizeBytes < HEADER_BYTES) {
    return damaged(segment, bytes, at, from, "no batch header", offset);
  }
  if (from + at + sizeBytes > segment.sizeBytes) {
    return damaged(segment, bytes, at, from, "a length beyond the file", offset);
  }
  return null;
}

function damaged(
  { log, file }: ReadableSegment,
  bytes: Uint8Array,
  at: number,
  from: number,
  what: string,
  offset = baseOffset(bytes, at),
): DamageError {
  return new DamageError(log, offset, file.path, from + at, what);
}

/** The header of one batch in a segment. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly maxTimestampMs: number;
  readonly position: number;
  readonly sizeBytes: number;
}

/** Walks over the headers of a segment's batches from `position` on, without their records. */
export async function* batchHeaders(
  segment: ReadableSegment,
  position: number,
): AsyncGenerator<BatchHeader> {
  const chunk = new Uint8Array(256 * 1024);
  let from = position;
  while (from + HEADER_BYTES <= segment.sizeBytes) {
    const length = Math.min(chunk.length, segment.sizeBytes - from);
    const got = await segment.file.readAsync(chunk, 0, length, from);
    let at = 0;
    while (at + HEADER_BYTES <= got) {
      const damage = headerDamage(segment, chunk, at, from, -1);
      if (damage) throw damage;
      const sizeBytes = batchSizeBytes(chunk, at);
      yield {
        baseOffset: baseOffset(chunk, at),
        lastOffset: lastOffset(chunk, at),
        maxTimestampMs: maxTimestampMs(chunk, at),
        position: from + at,
        sizeBytes,
      };
      at += sizeBytes;
    }
    if (at === 0) return;
    from += at;
  }
}
