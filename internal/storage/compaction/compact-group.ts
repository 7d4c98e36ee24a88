import type { Disk } from "../../platform/disk.ts";
import { batchSizeBytes } from "../../record/batch.ts";
import { StorageError } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { LogChanges } from "../log-changes.ts";
import type { FileCache } from "../segments/file-cache.ts";
import type { Segment } from "../segments/segment.ts";
import { compactBatch, type Pass } from "./compact-batch.ts";
import { CompactedSegment } from "./compacted-segment.ts";
import type { Pace } from "./pace.ts";
import { segmentChunks } from "./segment-chunks.ts";
import { swapSuffix } from "./segment-swap.ts";

/** What rewriting segments goes through. */
export interface RewritePath {
  readonly disk: Disk;
  readonly files: FileCache;
  readonly journal: Journal;
  readonly changes: LogChanges;
  /** What must stay free on the disk. */
  readonly minFreeBytes: number;
}

/**
 * Puts one segment in the place of a group of neighbours, with what stays of their batches, or
 * leaves them as they are where nothing would change.
 *
 * Resolves with how many bytes the log has become smaller; null if the log has lost some of the
 * segments meanwhile, and nothing was done.
 */
export async function compactGroup(
  path: RewritePath,
  pass: Pass,
  group: readonly Segment[],
  pace: Pace,
): Promise<number | null> {
  const { log } = pass;
  const [first] = group;
  if (!first) return 0;
  const sizeBytes = group.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  if (path.disk.freeBytes(log.directory) < path.minFreeBytes + sizeBytes) {
    throw new StorageError("full", `the disk has no room to compact ${log.name}; free some space`);
  }
  const suffix = swapSuffix(path.journal.lastFrame);
  const output = new CompactedSegment(path.disk, log.directory, first.baseOffset, suffix);
  let added: Segment | null;
  try {
    const outcome = await rewriteGroup(path.files, pass, group, output, pace);
    if (outcome !== "changed") {
      output.abandon();
      return outcome === "same" ? 0 : null;
    }
    added = output.sizeBytes > 0 ? await output.finish(group) : null;
  } catch (error) {
    output.abandon();
    throw error;
  }
  const removed = group.map(({ baseOffset }) => baseOffset);
  const swap = { suffix, removed, added: added?.state() ?? null };
  // If this rejects, the journal may have the swap: then the new files are what counts.
  const replaced = await path.changes.replaceSegments(log, swap, added);
  if (!replaced || !added) output.abandon();
  return replaced ? sizeBytes - output.sizeBytes : null;
}

/** Writes what stays of a group to `output`: is that something else, or the same, or not all? */
async function rewriteGroup(
  files: FileCache,
  pass: Pass,
  group: readonly Segment[],
  output: CompactedSegment,
  pace: Pace,
): Promise<"changed" | "same" | "lost"> {
  let changed = group.length > 1;
  for (const segment of group) {
    // The log's start may have moved meanwhile: a file that is gone must not be opened again.
    if (!pass.log.segments.includes(segment)) return "lost";
    if (await rewriteSegment(files, pass, segment, output, pace)) changed = true;
  }
  return changed ? "changed" : "same";
}

/** Writes what stays of a segment to `output`; whether that is less, or other, than it has. */
function rewriteSegment(
  files: FileCache,
  pass: Pass,
  segment: Segment,
  output: CompactedSegment,
  pace: Pace,
): Promise<boolean> {
  return files.use(segment.logPath, async (file) => {
    let changed = false;
    for await (const { bytes, sizeBytes } of segmentChunks(pass.log, segment, file)) {
      for (let at = 0; at < sizeBytes; at += batchSizeBytes(bytes, at)) {
        const batchBytes = batchSizeBytes(bytes, at);
        const stays = compactBatch(pass, bytes, at);
        if (stays === "all") output.append(bytes, at, batchBytes);
        else if (stays) output.append(stays, 0, stays.length);
        changed ||= stays !== "all";
        const writtenBytes = stays === "all" ? batchBytes : (stays?.length ?? 0);
        if (pace.spend(batchBytes + writtenBytes)) await pace.rest();
      }
      await output.syncSome();
    }
    return changed;
  });
}
