import type { Disk } from "../../platform/disk.ts";
import { batchSizeBytes } from "../../record/batch.ts";
import { type BatchInfo, batchInfo } from "../../record/batch-info.ts";
import { segmentView } from "../log-reader.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { DamagedRange } from "../segments/damaged-range.ts";
import { firstPlace, type SegmentView } from "../segments/segment-view.ts";
import { walkSegment } from "../segments/segment-walk.ts";
import type { OffsetIndex } from "../segments/sparse-index.ts";
import type { Look } from "./look.ts";

/** A batch with its place; `bytes` hold it at `at` until the next one is asked for. */
export interface DumpedBatch {
  readonly kind: "batch";
  readonly info: BatchInfo;
  /** The segment's file, and where in it the batch belongs. */
  readonly path: string;
  readonly position: number;
  /** Whether it isn't there yet: then it is in the journal. */
  readonly inJournal: boolean;
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** What a log holds, in order. */
export type Dumped = DumpedBatch | { readonly kind: "damage"; readonly range: DamagedRange };

/** The batches of a segment's file, looked at for itself: what belongs to it is what it holds. */
export async function* dumpFile(disk: Disk, path: string): AsyncGenerator<Dumped, undefined> {
  const file = disk.open(path, "read");
  try {
    const name = path.slice(path.lastIndexOf("/") + 1);
    yield* dumpView(
      {
        file,
        baseOffset: Number.parseInt(name, 10) || 0,
        sizeBytes: file.sizeBytes(),
        endOffset: Number.MAX_SAFE_INTEGER,
        hasGaps: true,
        lastEpoch: Number.POSITIVE_INFINITY,
      },
      null,
    );
  } finally {
    file.close();
  }
}

/** The batches of a log: those in its segments, then those that only the journal has yet. */
export async function* dumpLog(look: Look, log: PartitionLog): AsyncGenerator<Dumped, undefined> {
  for (const segment of log.segments) {
    const view = segmentView(log, segment, look.files.get(segment.logPath));
    yield* dumpView(view, segment.indexes(look.disk).offsets);
  }
  for (const { segment, position, bytes, at: from, sizeBytes } of log.tail) {
    for (let at = from; at < from + sizeBytes; at += batchSizeBytes(bytes, at)) {
      const place = { path: segment.logPath, position: position + at - from, inJournal: true };
      yield { kind: "batch", info: batchInfo(bytes, at), ...place, bytes, at };
    }
  }
}

async function* dumpView(
  view: SegmentView,
  index: OffsetIndex | null,
): AsyncGenerator<Dumped, undefined> {
  const { path } = view.file;
  for await (const stretch of walkSegment(view, firstPlace(view), index)) {
    const { bytes, sizeBytes, from, damage } = stretch;
    for (let at = 0; at < sizeBytes; at += batchSizeBytes(bytes, at)) {
      const place = { path, position: from.position + at, inJournal: false };
      yield { kind: "batch", info: batchInfo(bytes, at), ...place, bytes, at };
    }
    if (damage) yield { kind: "damage", range: damage };
  }
}
