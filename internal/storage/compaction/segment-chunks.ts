import type { DiskFile } from "../../platform/disk.ts";
import { DamageError } from "../errors.ts";
import { segmentView } from "../log-reader.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { Segment } from "../segments/segment.ts";
import { firstPlace } from "../segments/segment-view.ts";
import { walkSegment } from "../segments/segment-walk.ts";

/** Whole batches, checked: `bytes[0, sizeBytes)`, until the next chunk is asked for. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

/** All batches of a closed segment, in order. Throws `DamageError` where one can't be read. */
export async function* segmentChunks(
  log: PartitionLog,
  segment: Segment,
  file: DiskFile,
): AsyncGenerator<Chunk> {
  const view = segmentView(log, segment, file);
  const index = segment.loadedIndexes?.offsets ?? null;
  for await (const { bytes, sizeBytes, damage } of walkSegment(view, firstPlace(view), index)) {
    if (sizeBytes > 0) yield { bytes, sizeBytes };
    if (damage) throw new DamageError(log.name, damage);
  }
}
