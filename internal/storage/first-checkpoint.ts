import type { Disk } from "../platform/disk.ts";
import {
  type Checkpoint,
  EMPTY_CHECKPOINT,
  type FoundCheckpoint,
  findCheckpoint,
  writeCheckpoint,
} from "./checkpoint.ts";
import { StorageError } from "./errors.ts";
import type { DataLayout } from "./layout.ts";

/**
 * Reads the checkpoint of a data directory. One without any content gets an empty one first, so
 * that from then on a missing checkpoint is one that was lost.
 *
 * Rejects with `StorageError` `damaged`, or `newer-format` if a newer Weir has written it.
 */
export async function openCheckpoint(disk: Disk, layout: DataLayout): Promise<Checkpoint> {
  const found = findCheckpoint(disk, layout);
  if (found.checkpoint) return found.checkpoint;
  if (found.problem !== "missing" || !isEmpty(disk, layout)) throw refusal(layout, found);
  await writeCheckpoint(disk, layout, EMPTY_CHECKPOINT);
  return EMPTY_CHECKPOINT;
}

function isEmpty(disk: Disk, { journal, logs }: DataLayout): boolean {
  return disk.list(journal).length === 0 && disk.list(logs).length === 0;
}

function refusal({ root, checkpoint, checkpointCopy }: DataLayout, { problem }: FoundCheckpoint) {
  if (problem === "newer-format") {
    const message = `${root} was written by a newer Weir than this one; start that one on it`;
    return new StorageError("newer-format", message);
  }
  const what = `${checkpoint} and its copy (${checkpointCopy}) are ${problem}`;
  const why = "so it isn't known where the partitions end";
  const command = `'weir log repair ${root} --accept-loss' makes them anew from the segments`;
  const loss = "deleted records come back then, and those of the last minutes may be lost";
  return new StorageError("damaged", `${what}, ${why}; ${command}: ${loss}`);
}
