import type { Disk } from "../../platform/disk.ts";
import type { PartitionLog } from "../partition-log.ts";

const SEGMENT_FILE = /^\d+\.(log|index|timeindex)$/;

/**
 * Removes what a crash has left of logs: of those that were being removed, of those that had
 * `removedNames`, which others may have by now, and of those that the journal never got to know.
 * Returns whether `directory` has changed.
 */
export function removeRemains(
  disk: Disk,
  directory: string,
  logs: ReadonlyMap<string, PartitionLog>,
  removedNames: ReadonlySet<string>,
): boolean {
  let changed = false;
  for (const name of disk.list(directory)) {
    const log = logs.get(name);
    if (log && removedNames.has(name)) removeStrangers(disk, log);
    if (log) continue;
    disk.removeDirectory(`${directory}/${name}`);
    changed = true;
  }
  return changed;
}

/**
 * Removes the files in a log's folder that are named as a segment's and aren't the log's: from a
 * log of the same name, or from before a crash, made for batches that the journal never got.
 */
export function removeStrangers(disk: Disk, { directory, segments }: PartitionLog): void {
  const own = new Set(segments.flatMap((segment) => segment.paths));
  for (const name of disk.list(directory)) {
    const path = `${directory}/${name}`;
    if (SEGMENT_FILE.test(name) && !own.has(path)) disk.remove(path);
  }
}
