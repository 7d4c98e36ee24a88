import type { DiskFile } from "../../platform/disk.ts";
import {
  baseOffset,
  batchSizeBytes,
  lastOffset,
  lastOffsetDelta,
  partitionLeaderEpoch,
} from "../../record/batch.ts";
import { checkStoredBatch } from "../../record/check.ts";
import { HEADER_BYTES, MAGIC_AT, MAGIC_V2 } from "../../record/layout.ts";

/** A segment's file as a reader sees it. */
export interface SegmentView {
  readonly file: DiskFile;
  readonly baseOffset: number;
  /** Nothing behind it belongs to the file (yet); `endOffset` is the offset that comes there. */
  readonly sizeBytes: number;
  readonly endOffset: number;
  /** Whether batches may leave out offsets between them. */
  readonly hasGaps: boolean;
  /** The leader epoch of the last batch: none has a higher one. */
  readonly lastEpoch: number;
}

/**
 * Where a batch begins, and what must be true of it.
 *
 * A batch's CRC covers neither its offset nor its epoch. But batches follow each other: so these
 * are checked against the batch before, and against the segment as a whole.
 */
export interface Place {
  readonly position: number;
  /** The batch's base offset (or the least that it may have, where there are gaps). */
  readonly offset: number;
  /** The least that its leader epoch may be. */
  readonly epoch: number;
}

/** Where a segment's first batch begins. */
export function firstPlace({ baseOffset: offset }: SegmentView): Place {
  return { position: 0, offset, epoch: -1 };
}

/** Where the batch begins that comes behind the good one at `at`, which stands at `position`. */
export function placeBehind(bytes: Uint8Array, at: number, position: number): Place {
  return {
    position: position + batchSizeBytes(bytes, at),
    offset: lastOffset(bytes, at) + 1,
    epoch: partitionLeaderEpoch(bytes, at),
  };
}

/**
 * What is wrong with the header at `at`, of which at least `HEADER_BYTES` are there, for a batch
 * at `place`; null if nothing is. The CRC is another matter.
 */
export function headerFault(
  view: SegmentView,
  place: Place,
  bytes: Uint8Array,
  at: number,
): string | null {
  if (bytes[at + MAGIC_AT] !== MAGIC_V2) return "no batch";
  const sizeBytes = batchSizeBytes(bytes, at);
  if (sizeBytes < HEADER_BYTES) return "a length too small for a batch";
  if (place.position + sizeBytes > view.sizeBytes) return "a length beyond the segment's end";
  const offset = baseOffset(bytes, at);
  if (view.hasGaps ? offset < place.offset : offset !== place.offset) return "a wrong offset";
  const delta = lastOffsetDelta(bytes, at);
  if (delta < 0 || offset + delta >= view.endOffset) return "an offset beyond the segment's end";
  const epoch = partitionLeaderEpoch(bytes, at);
  if (epoch < place.epoch || epoch > view.lastEpoch) return "a wrong leader epoch";
  return null;
}

/** What is wrong with the batch at `at` in bytes that end at `end`; null if it is good. */
export function batchFault(
  view: SegmentView,
  place: Place,
  bytes: Uint8Array,
  at: number,
  end: number,
): string | null {
  if (end - at < HEADER_BYTES) return "a cut-off batch";
  const fault = headerFault(view, place, bytes, at);
  if (fault !== null) return fault;
  if (at + batchSizeBytes(bytes, at) > end) return "a cut-off batch";
  const inside = checkStoredBatch(bytes, at, end);
  if (inside === undefined) return null;
  return inside === "bad-crc" ? "a wrong checksum" : `a batch that is ${inside}`;
}
