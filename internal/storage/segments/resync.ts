import { baseOffset, batchSizeBytes } from "../../record/batch.ts";
import { HEADER_BYTES, MAGIC_AT, MAGIC_V2 } from "../../record/layout.ts";
import {
  batchFault,
  headerFault,
  type Place,
  placeBehind,
  type SegmentView,
} from "./segment-view.ts";
import type { OffsetIndex } from "./sparse-index.ts";
import { readSteadily } from "./steady-read.ts";

/** How much is looked through at a time. */
const WINDOW_BYTES = 256 * 1024;

/**
 * Finds where a segment can be read again behind damage at `lost`.
 *
 * Where the batch there still tells its length, that is where it ends, if another one follows. So
 * what is stored in its records is never taken for a batch, even if it is one. Otherwise it is the
 * first place where a whole batch stands that fits; but it isn't looked for beyond the next one
 * that the index names and that is there, nor beyond the segment's end.
 */
export async function resync(
  view: SegmentView,
  lost: Place,
  index: OffsetIndex | null,
): Promise<Place> {
  const trusted = await trustedPlace(view, lost, index);
  const behind = await placeAfterLost(view, lost);
  if (behind && samePlace(behind, trusted)) return trusted;
  if (behind && (await wholeBatchAt(view, behind))) return behind;
  const between = { ...view, sizeBytes: trusted.position, endOffset: trusted.offset };
  return (await nextBatch({ ...between, hasGaps: true }, lost)) ?? trusted;
}

/** Where the damaged batch ends by its own header; null if that is damaged, too. */
async function placeAfterLost(view: SegmentView, lost: Place): Promise<Place | null> {
  const header = new Uint8Array(HEADER_BYTES);
  const got = await readSteadily(view.file, header, HEADER_BYTES, lost.position);
  if (got < HEADER_BYTES || headerFault(view, lost, header, 0) !== null) return null;
  return { ...placeBehind(header, 0, lost.position), epoch: lost.epoch };
}

function samePlace(a: Place, b: Place): boolean {
  return a.position === b.position && a.offset === b.offset;
}

/** The first place behind `lost` that the index names and where its batch stands, or the end. */
async function trustedPlace(
  view: SegmentView,
  lost: Place,
  index: OffsetIndex | null,
): Promise<Place> {
  for (let i = index?.behindPosition(lost.position) ?? 0; index && i < index.length; i++) {
    const offset = view.baseOffset + index.offsetAt(i);
    const place = { position: index.positionAt(i), offset, epoch: lost.epoch };
    if (offset <= lost.offset || place.position >= view.sizeBytes) continue;
    if (await wholeBatchAt({ ...view, hasGaps: false }, place)) return place;
  }
  return { position: view.sizeBytes, offset: view.endOffset, epoch: lost.epoch };
}

/** The place behind the batch at `place`; null if no whole one stands there. */
export async function wholeBatchAt(view: SegmentView, place: Place): Promise<Place | null> {
  const header = new Uint8Array(HEADER_BYTES);
  const got = await readSteadily(view.file, header, HEADER_BYTES, place.position);
  if (got < HEADER_BYTES || headerFault(view, place, header, 0) !== null) return null;
  const bytes = new Uint8Array(batchSizeBytes(header, 0));
  const end = await readSteadily(view.file, bytes, bytes.length, place.position);
  if (batchFault(view, place, bytes, 0, end) !== null) return null;
  return placeBehind(bytes, 0, place.position);
}

/** The first place from `from` on where a whole batch stands. */
async function nextBatch(view: SegmentView, from: Place): Promise<Place | null> {
  const window = new Uint8Array(WINDOW_BYTES);
  let { position } = from;
  while (position + HEADER_BYTES <= view.sizeBytes) {
    const want = Math.min(WINDOW_BYTES, view.sizeBytes - position);
    const got = await readSteadily(view.file, window, want, position);
    if (got < HEADER_BYTES) return null;
    for (let at = 0; at + HEADER_BYTES <= got; at++) {
      if (window[at + MAGIC_AT] !== MAGIC_V2) continue;
      const place = { ...from, position: position + at };
      if (headerFault(view, place, window, at) !== null) continue;
      if (!(await wholeBatchAt(view, place))) continue;
      return { ...place, offset: baseOffset(window, at) };
    }
    position += got - HEADER_BYTES + 1;
  }
  return null;
}
