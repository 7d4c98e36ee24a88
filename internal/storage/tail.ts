import { copyBytes } from "../platform/copy-bytes.ts";
import { baseOffset, batchSizeBytes, lastOffset } from "../record/batch.ts";
import type { Segment } from "./segments/segment.ts";
import type { Slab } from "./slabs.ts";

/**
 * Batches that one turn gave a log: they follow each other in their segment and in memory, but
 * aren't in the segment's file yet (the journal has them).
 */
export interface TailRun {
  readonly segment: Segment;
  /** Where in the segment the first batch belongs. */
  readonly position: number;
  readonly baseOffset: number;
  readonly endOffset: number;
  /** The memory that `bytes` lies in. */
  readonly slab: Slab;
  readonly bytes: Uint8Array;
  /** Where in `bytes` the first batch stands. */
  readonly at: number;
  readonly sizeBytes: number;
}

/**
 * Reads whole batches below `endOffset` out of a tail: first the one that holds `offset`, then
 * more up to `maxBytes`. Copies them: a tail's memory is used again once it is in the segment.
 */
export function readTail(
  tail: readonly TailRun[],
  offset: number,
  endOffset: number,
  maxBytes: number,
): Uint8Array[] {
  const pieces: { readonly bytes: Uint8Array; readonly from: number; readonly to: number }[] = [];
  let total = 0;
  for (let i = runFrom(tail, offset); i < tail.length; i++) {
    const run = tail[i];
    if (!run || run.baseOffset >= endOffset) break;
    const from = batchFrom(run, offset);
    const to = batchesEnd(run, from, endOffset, maxBytes - total, total === 0);
    if (to > from) pieces.push({ bytes: run.bytes, from, to });
    total += to - from;
    if (to < run.at + run.sizeBytes) break;
  }
  if (total === 0) return [];
  const copy = new Uint8Array(total);
  let copied = 0;
  for (const { bytes, from, to } of pieces) {
    copyBytes(bytes, from, to, copy, copied);
    copied += to - from;
  }
  return [copy];
}

/** Where in its segment the batch belongs that holds `offset`; null if it isn't in the tail. */
export function positionInTail(tail: readonly TailRun[], offset: number): number | null {
  const run = tail[runFrom(tail, offset)];
  if (!run || run.baseOffset > offset) return null;
  return run.position + batchFrom(run, offset) - run.at;
}

/** The number of the first run that ends behind `offset`. */
export function runFrom(tail: readonly TailRun[], offset: number): number {
  let low = 0;
  let high = tail.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tail[middle]?.endOffset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the first batch of a run stands that ends behind `offset`. */
function batchFrom({ bytes, at }: TailRun, offset: number): number {
  let place = at;
  while (lastOffset(bytes, place) < offset) place += batchSizeBytes(bytes, place);
  return place;
}

/** The end of the whole batches from `from` on that may be read; the first may have any size. */
function batchesEnd(
  { bytes, at, sizeBytes, endOffset: runEndOffset }: TailRun,
  from: number,
  endOffset: number,
  maxBytes: number,
  isFirst: boolean,
): number {
  const end = at + sizeBytes;
  if (runEndOffset <= endOffset && end - from <= maxBytes) return end;
  let to = from;
  while (to < end && baseOffset(bytes, to) < endOffset) {
    const next = to + batchSizeBytes(bytes, to);
    const fits = next - from <= maxBytes || (isFirst && to === from);
    if (!fits) break;
    to = next;
  }
  return to;
}
