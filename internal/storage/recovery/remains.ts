import type { Disk } from "../../platform/disk.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { FileCache } from "../segments/file-cache.ts";
import type { Segment } from "../segments/segment.ts";

const SEGMENT_FILE = /^\d+\.(log|index|timeindex)$/;

/**
 * Removes what a crash has left of logs: of those that were being removed, of those that had
 * `removedNames`, which others may have by now, and of those that the journal never got to know.
 * Returns whether `directory` has changed.
 */
export function removeRemains(
  disk: Disk,
  files: FileCache,
  directory: string,
  logs: ReadonlyMap<string, PartitionLog>,
  removedNames: ReadonlySet<string>,
): boolean {
  let changed = false;
  for (const name of disk.list(directory)) {
    const log = logs.get(name);
    if (log && removedNames.has(name)) removeStrangers(disk, files, log);
    if (log) continue;
    files.discardFolder(`${directory}/${name}`);
    changed = true;
  }
  return changed;
}

/**
 * Removes the files in a log's folder that are named as a segment's and aren't the log's: from a
 * log of the same name, or from before a crash, made for batches that the journal never got, or
 * such as couldn't be removed before.
 */
export function removeStrangers(disk: Disk, files: FileCache, log: PartitionLog): void {
  const { directory, segments, cutSegments } = log;
  const own = new Set([...segments, ...cutSegments].flatMap(({ paths }) => paths));
  log.tidied = true;
  for (const name of disk.list(directory)) {
    const path = `${directory}/${name}`;
    if (SEGMENT_FILE.test(name) && !own.has(path) && !files.discard(path)) log.tidied = false;
  }
}

/** Removes the files of segments that the log doesn't have any more. */
export function removeSegments(
  files: FileCache,
  log: PartitionLog,
  segments: readonly Segment[],
): void {
  for (const path of segments.flatMap(({ paths }) => paths)) {
    if (!files.discard(path)) log.tidied = false;
  }
}
