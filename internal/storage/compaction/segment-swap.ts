import type { Disk } from "../../platform/disk.ts";
import { crc32c } from "../../record/crc32c.ts";
import { StorageError } from "../errors.ts";
import { EntryKind } from "../journal/journal-frame.ts";
import { type EntryWithPayload, UNUSED } from "../journal/journal-records.ts";
import type { PartitionLog } from "../partition-log.ts";
import { removeSegments } from "../recovery/remains.ts";
import type { FileCache } from "../segments/file-cache.ts";
import { Segment, type SegmentState } from "../segments/segment.ts";

/**
 * How compaction replaces segments, so that a crash at any point leaves the old or the new ones:
 *
 *   1. The new segment is written beside the old, `BASE.log.compacted-57`, its indexes too. Files
 *      and folder are synced. A crash leaves files that nothing names; the next process removes
 *      them.
 *   2. A `compacted` entry in the journal names the old segments and tells all of the new one.
 *      From when it is durable on, the new one is the truth.
 *   3. In one turn, the new files are renamed over the old, the rest of the old are removed, and
 *      the log's row of segments changes. Readers that have an old file open go on reading it.
 *   4. The next checkpoint syncs the folder before it lets the journal's entry go.
 *
 * A restart between 2 and 4 does 3 again: what is renamed already isn't there under its new name,
 * and is left alone. The number in the name is that of the journal's last frame when the writing
 * began. Each swap writes a frame, so none that the journal may still name has the same number:
 * a half-written file is never taken for one that was finished.
 *
 * Only segments that are wholly in a checkpoint are replaced. A restart would else replay batches
 * into them, at positions that they don't have any more.
 */
export interface SegmentSwap {
  /** What the names of the new files end in until then: `.compacted-57`. */
  readonly suffix: string;
  /** The base offsets of the old segments, which are neighbours. */
  readonly removed: readonly number[];
  /** The new one in their place, if anything is left; it begins where the first of them did. */
  readonly added: SegmentState | null;
}

const SUFFIX = ".compacted-";

/** What the files of a try are called that begins behind frame `lastFrame` of the journal. */
export function swapSuffix(lastFrame: number): string {
  return `${SUFFIX}${lastFrame}`;
}

/** Removes what a crash has left of tries that came to nothing; not to be called during one. */
export function removeLeftovers(disk: Disk, log: PartitionLog): void {
  for (const name of disk.list(log.directory)) {
    if (name.includes(SUFFIX)) disk.remove(`${log.directory}/${name}`);
  }
}

/** The journal's entry for a swap. */
export function compactedEntry(log: PartitionLog, swap: SegmentSwap): EntryWithPayload {
  const payload = new TextEncoder().encode(JSON.stringify(swap));
  const entry = {
    ...UNUSED,
    kind: EntryKind.compacted,
    logId: log.id,
    sizeBytes: payload.length,
    crc: crc32c(payload, 0, payload.length),
  };
  return { entry, payload };
}

/** The swap that a `compacted` entry's payload tells. */
export function readSwap(payload: Uint8Array): SegmentSwap {
  // The sum has been checked: what stands here is what `compactedEntry` was given.
  const swap: SegmentSwap = JSON.parse(new TextDecoder().decode(payload));
  return swap;
}

/** The place of the swap's old segments in the log's row; -1 if they aren't all there any more. */
export function placeOfSwap(log: PartitionLog, { removed }: SegmentSwap): number {
  const at = log.segments.findIndex(({ baseOffset }) => baseOffset === removed[0]);
  const there = removed.every((base, i) => log.segments[at + i]?.baseOffset === base);
  return there ? at : -1;
}

/**
 * Puts the new files and the new segment in their places; done again, it changes nothing more.
 *
 * `added` is the new segment, where its indexes are in memory already.
 */
export function applySwap(
  disk: Disk,
  files: FileCache,
  log: PartitionLog,
  swap: SegmentSwap,
  added: Segment | null = swap.added && new Segment(log.directory, swap.added),
): void {
  const at = placeOfSwap(log, swap);
  if (at < 0) {
    const what = `${log.name} has no segments ${swap.removed.join(", ")} that were compacted`;
    throw new StorageError("damaged", what);
  }
  if (added) rename(disk, added.logPath, swap.suffix);
  // The new content has its name: from here on memory must know of it, whatever fails.
  const old = log.segments.splice(at, swap.removed.length, ...(added ? [added] : []));
  for (const segment of old) files.drop(segment.logPath);
  if (added) {
    rename(disk, added.indexPath, swap.suffix);
    rename(disk, added.timeIndexPath, swap.suffix);
  }
  const gone = old.filter(({ baseOffset }) => baseOffset !== added?.baseOffset);
  removeSegments(files, log, gone);
}

function rename(disk: Disk, path: string, suffix: string): void {
  if (disk.exists(path + suffix)) disk.rename(path + suffix, path);
}
