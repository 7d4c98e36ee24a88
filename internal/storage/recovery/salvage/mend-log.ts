import { gapBatches } from "../../../record/gap-batch.ts";
import type { RewritePath } from "../../compaction/compact-group.ts";
import { CompactedSegment } from "../../compaction/compacted-segment.ts";
import { swapSuffix } from "../../compaction/segment-swap.ts";
import { StorageError } from "../../errors.ts";
import { segmentView } from "../../log-reader.ts";
import type { PartitionLog } from "../../partition-log.ts";
import type { DamagedRange } from "../../segments/damaged-range.ts";
import type { Segment } from "../../segments/segment.ts";
import { firstPlace } from "../../segments/segment-view.ts";
import { type Stretch, walkSegment } from "../../segments/segment-walk.ts";

/**
 * Gives damaged ranges up: puts a gap in the place of each, as compaction leaves them, so that
 * readers pass by. Whole segments are written anew for that, and put in the place of the old ones
 * as compaction does: a crash leaves the one or the other.
 *
 * All of the log has to be in a checkpoint, and nothing may be appended meanwhile. Resolves with
 * what was given up. Rejects with `StorageError` `full`, or `DiskError`.
 */
export async function mendLog(path: RewritePath, log: PartitionLog): Promise<DamagedRange[]> {
  const givenUp: DamagedRange[] = [];
  for (const segment of [...log.segments]) {
    const ranges: DamagedRange[] = [];
    await walk(path, log, segment, async ({ damage }) => void (damage && ranges.push(damage)));
    if (ranges.length === 0) continue;
    await rewrite(path, log, segment);
    givenUp.push(...ranges);
  }
  log.damage.cutFrom(log.startOffset);
  return givenUp;
}

/** Tells all that stands in a segment. */
function walk(
  { disk, files }: RewritePath,
  log: PartitionLog,
  segment: Segment,
  tell: (stretch: Stretch) => Promise<void>,
): Promise<void> {
  return files.use(segment.logPath, async (file) => {
    const view = segmentView(log, segment, file);
    const { offsets } = segment.indexes(disk);
    for await (const stretch of walkSegment(view, firstPlace(view), offsets)) await tell(stretch);
  });
}

async function rewrite(path: RewritePath, log: PartitionLog, segment: Segment): Promise<void> {
  const { disk, journal, changes, minFreeBytes } = path;
  if (disk.freeBytes(log.directory) < minFreeBytes + segment.sizeBytes) {
    throw new StorageError("full", `the disk has no room to mend ${log.name}; free some space`);
  }
  const suffix = swapSuffix(journal.lastFrame);
  const output = new CompactedSegment(disk, log.directory, segment.baseOffset, suffix);
  let added: Segment;
  try {
    await walk(path, log, segment, async ({ bytes, sizeBytes, to, damage }) => {
      if (sizeBytes > 0) output.appendAll(bytes, sizeBytes);
      const { fromOffset, toOffset } = damage ?? { fromOffset: 0, toOffset: 0 };
      for (const gap of gapBatches(fromOffset, toOffset, Math.max(0, to.epoch))) {
        output.append(gap, 0, gap.length);
      }
      await output.syncSome();
    });
    added = await output.finish([segment]);
  } catch (error) {
    output.abandon();
    throw error;
  }
  const swap = { suffix, removed: [segment.baseOffset], added: added.state() };
  await changes.replaceSegments(log, swap, added);
}
