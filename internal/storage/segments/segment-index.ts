import type { Disk } from "../../platform/disk.ts";
import { batchSizeBytes } from "../../record/batch.ts";
import { emptyIndexes, type Indexes, indexBatch, laterTimestamp } from "./indexes.ts";
import { wholeBatchAt } from "./resync.ts";
import type { Segment } from "./segment.ts";
import { firstPlace, type Place, type SegmentView } from "./segment-view.ts";
import { walkSegment } from "./segment-walk.ts";

/** A segment's indexes, made anew from its batches as far as these can be read. */
export async function rebuiltIndexes(view: SegmentView): Promise<Indexes> {
  const rebuilt = emptyIndexes(true);
  let maxTimestampMs = -1;
  for await (const { bytes, sizeBytes, from } of walkSegment(view, firstPlace(view), null)) {
    for (let at = 0; at < sizeBytes; at += batchSizeBytes(bytes, at)) {
      const position = from.position + at;
      indexBatch(rebuilt, view.baseOffset, position, maxTimestampMs, bytes, at);
      maxTimestampMs = laterTimestamp(maxTimestampMs, bytes, at);
    }
  }
  return rebuilt;
}

/** The last place at or before `offset` that the index names; the segment's beginning if none. */
export function floorPlace(disk: Disk, view: SegmentView, segment: Segment, offset: number): Place {
  const { offsets } = segment.indexes(disk);
  return indexedPlace(view, segment, disk, offsets.floor(offset - view.baseOffset));
}

/** Like `floorPlace`, but a place where a whole batch stands. */
export async function soundPlace(
  disk: Disk,
  view: SegmentView,
  segment: Segment,
  offset: number,
): Promise<Place> {
  const { offsets } = segment.indexes(disk);
  for (let i = offsets.floor(offset - view.baseOffset); i >= 0; i--) {
    const place = indexedPlace(view, segment, disk, i);
    if (await wholeBatchAt({ ...view, hasGaps: false }, place)) return place;
  }
  return firstPlace(view);
}

function indexedPlace(view: SegmentView, segment: Segment, disk: Disk, entry: number): Place {
  if (entry < 0) return firstPlace(view);
  const { offsets } = segment.indexes(disk);
  const offset = view.baseOffset + offsets.offsetAt(entry);
  return { position: offsets.positionAt(entry), offset, epoch: -1 };
}
