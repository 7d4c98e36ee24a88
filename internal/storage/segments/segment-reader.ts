import { baseOffset, batchSizeBytes, lastOffset } from "../../record/batch.ts";
import { HEADER_BYTES } from "../../record/layout.ts";
import type { DamagedRange } from "./damaged-range.ts";
import {
  batchFault,
  headerFault,
  type Place,
  placeBehind,
  type SegmentView,
} from "./segment-view.ts";
import { walkSegment } from "./segment-walk.ts";
import type { OffsetIndex } from "./sparse-index.ts";
import { isUnreadable } from "./steady-read.ts";

/** What to look for: batches from the one that holds `offset`, all below `endOffset`. */
export interface BatchRange {
  readonly offset: number;
  readonly endOffset: number;
  readonly maxBytes: number;
}

/** How much is read to find out where a batch ends that is larger than what was asked for. */
const MIN_READ_BYTES = 16 * 1024;

/**
 * Reads whole batches from `place` on: first the one that holds `range.offset` (or, in a compacted
 * segment, the next one), whatever its size, then more while they fit.
 *
 * Each batch is checked before it is handed out. Returns no bytes when no batch of the range is in
 * the segment, and null when something on the way to the first one isn't as it should be. Damage
 * behind the first one ends the answer.
 */
export async function readBatches(
  view: SegmentView,
  place: Place,
  range: BatchRange,
): Promise<Uint8Array | null> {
  let from = place;
  let want = Math.max(range.maxBytes, MIN_READ_BYTES);
  for (;;) {
    const length = Math.min(want, view.sizeBytes - from.position);
    const bytes = new Uint8Array(Math.max(0, length));
    const got = await readUnlessUnreadable(view, bytes, from.position);
    const found = wholeBatches(view, bytes, got, from, range);
    if (found === null) return null;
    if (found.end > found.start || found.exhausted) return bytes.subarray(found.start, found.end);
    // Nothing yet: go on where the first batch of interest begins, and read all of it.
    from = found.next;
    want = Math.max(found.neededBytes, want);
  }
}

async function readUnlessUnreadable(view: SegmentView, bytes: Uint8Array, position: number) {
  try {
    return await view.file.readAsync(bytes, 0, bytes.length, position);
  } catch (error) {
    if (isUnreadable(error)) return 0;
    throw error;
  }
}

interface Found {
  /** The batches of the range are `[start, end)` of the bytes that were read. */
  readonly start: number;
  readonly end: number;
  /** No batch of the range comes later in this segment. */
  readonly exhausted: boolean;
  /** Where to go on otherwise, and how many bytes the batch takes that begins there. */
  readonly next: Place;
  readonly neededBytes: number;
}

function wholeBatches(
  view: SegmentView,
  bytes: Uint8Array,
  got: number,
  from: Place,
  range: BatchRange,
): Found | null {
  let start = 0;
  let at = 0;
  let place = from;
  const stop = (exhausted: boolean, neededBytes: number): Found => {
    return { start, end: at, exhausted, next: place, neededBytes };
  };
  const atEnd = from.position + got >= view.sizeBytes;
  while (at + HEADER_BYTES <= got) {
    if (headerFault(view, place, bytes, at) !== null) return at > start ? stop(true, 0) : null;
    const sizeBytes = batchSizeBytes(bytes, at);
    const wanted = lastOffset(bytes, at) >= range.offset;
    if (wanted && baseOffset(bytes, at) >= range.endOffset) return stop(true, 0);
    if (at + sizeBytes > got) {
      if (got === bytes.length) return stop(false, sizeBytes);
      return at > start ? stop(true, 0) : null;
    }
    if (wanted) {
      if (at > start && at + sizeBytes - start > range.maxBytes) return stop(true, 0);
      if (batchFault(view, place, bytes, at, got) !== null)
        return at > start ? stop(true, 0) : null;
    }
    place = placeBehind(bytes, at, place.position);
    at += sizeBytes;
    if (!wanted) start = at;
  }
  if (!atEnd && got === bytes.length) return stop(false, MIN_READ_BYTES);
  // The file ends, but there must have been more.
  if (at === start && !view.hasGaps && place.offset < view.endOffset) return null;
  return at > start || (atEnd && at === got) ? stop(true, 0) : null;
}

/** Batches that were found around what is damaged, and what is. */
export interface Salvage {
  readonly bytes: Uint8Array;
  /** Damage on the way to the bytes or, if there are none, what holds the offset asked for. */
  readonly damage: readonly DamagedRange[];
}

/**
 * Does what `readBatches` does, looking at every batch from `place` on and going on behind what is
 * damaged. There are no bytes if the range's offset is in the damage, or behind all batches.
 */
export async function readAround(
  view: SegmentView,
  place: Place,
  index: OffsetIndex,
  range: BatchRange,
): Promise<Salvage> {
  const damage: DamagedRange[] = [];
  for await (const stretch of walkSegment(view, place, index)) {
    const found = wholeBatches(view, stretch.bytes, stretch.sizeBytes, stretch.from, range);
    if (found && found.end > found.start) {
      return { bytes: stretch.bytes.subarray(found.start, found.end), damage };
    }
    if (stretch.damage) damage.push(stretch.damage);
    if (stretch.to.offset > range.offset) break;
  }
  return { bytes: new Uint8Array(0), damage };
}
