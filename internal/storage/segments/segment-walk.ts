import { batchSizeBytes } from "../../record/batch.ts";
import { HEADER_BYTES } from "../../record/layout.ts";
import type { DamagedRange } from "./damaged-range.ts";
import { resync } from "./resync.ts";
import {
  batchFault,
  headerFault,
  type Place,
  placeBehind,
  type SegmentView,
} from "./segment-view.ts";
import type { OffsetIndex } from "./sparse-index.ts";
import { readSteadily } from "./steady-read.ts";

/** What a walk over a segment came by, in the order of its parts. */
export interface Stretch {
  /** Whole, good batches in a row: `bytes[0, sizeBytes)`, until the next stretch is asked for. */
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  /** Where they begin, and where the walk goes on. */
  readonly from: Place;
  readonly to: Place;
  /** What can't be read between the last of them and `to`. */
  readonly damage: DamagedRange | null;
}

const CHUNK_BYTES = 512 * 1024;

/**
 * Reads a segment from `from` to its end, checks every batch, and goes on behind what is damaged.
 *
 * `index` helps to find the place where to go on; without it every byte is looked at.
 */
export async function* walkSegment(
  view: SegmentView,
  from: Place,
  index: OffsetIndex | null,
): AsyncGenerator<Stretch, undefined> {
  let bytes = new Uint8Array(Math.min(CHUNK_BYTES, view.sizeBytes - from.position));
  let place = from;
  while (place.position < view.sizeBytes) {
    const start = place;
    const want = Math.min(bytes.length, view.sizeBytes - place.position);
    const got = await readSteadily(view.file, bytes, want, place.position);
    const atEnd = got < want || place.position + got >= view.sizeBytes;
    let at = 0;
    let fault: string | null = null;
    while (at < got) {
      const neededBytes = atEnd ? 0 : missingBytes(view, place, bytes, at, got);
      if (neededBytes > 0) {
        if (at === 0) bytes = new Uint8Array(neededBytes);
        break;
      }
      fault = batchFault(view, place, bytes, at, got);
      if (fault !== null) break;
      place = placeBehind(bytes, at, place.position);
      at += batchSizeBytes(bytes, at);
    }
    if (at >= got && atEnd && place.position < view.sizeBytes) fault = "nothing";
    const damage = fault === null ? null : await damageAt(view, place, fault, index);
    const to = damage ? placeAfter(damage, place) : place;
    if (at > 0 || damage) yield { bytes, sizeBytes: at, from: start, to, damage };
    place = to;
  }
  if (place.offset < view.endOffset && !view.hasGaps) yield missingEnd(view, place);
}

/** The size that is to be read for the batch at `at`, if it isn't all there but may be good. */
function missingBytes(
  view: SegmentView,
  place: Place,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  if (end - at < HEADER_BYTES) return HEADER_BYTES;
  if (headerFault(view, place, bytes, at) !== null) return 0;
  const sizeBytes = batchSizeBytes(bytes, at);
  return at + sizeBytes > end ? sizeBytes : 0;
}

async function damageAt(
  view: SegmentView,
  place: Place,
  fault: string,
  index: OffsetIndex | null,
): Promise<DamagedRange> {
  const next = await resync(view, place, index);
  return {
    fromOffset: place.offset,
    toOffset: next.offset,
    path: view.file.path,
    position: place.position,
    endPosition: next.position,
    fault,
  };
}

function placeAfter({ endPosition, toOffset }: DamagedRange, { epoch }: Place): Place {
  return { position: endPosition, offset: toOffset, epoch };
}

/** All bytes of the file were good, but there must have been more. */
function missingEnd(view: SegmentView, place: Place): Stretch {
  const { endOffset, file } = view;
  const { position, offset } = place;
  const range = { fromOffset: offset, toOffset: endOffset, path: file.path };
  const damage = { ...range, position, endPosition: position, fault: "nothing" };
  const to = { ...place, offset: endOffset };
  return { bytes: new Uint8Array(0), sizeBytes: 0, from: place, to, damage };
}
