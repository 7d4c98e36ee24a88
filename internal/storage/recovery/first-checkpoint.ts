import type { Disk } from "../../platform/disk.ts";
import {
  type Checkpoint,
  EMPTY_CHECKPOINT,
  findCheckpoint,
  restoreCheckpoint,
  writeCheckpoint,
} from "../checkpoint.ts";
import { foreignFormat } from "../format-age.ts";
import type { DataLayout } from "../layout.ts";
import type { Loss, Losses } from "./losses.ts";

/**
 * Reads the checkpoint of a data directory. One without any content gets an empty one first, so
 * that from then on a missing checkpoint is one that was lost; then this resolves with null, if
 * that is accepted.
 *
 * Where only one of the two files can be read, the other is made anew, and is among `rebuilt`.
 *
 * Rejects with `StorageError` `newer-format` or `older-format` if another Weir has written it.
 */
export async function openCheckpoint(
  disk: Disk,
  layout: DataLayout,
  losses: Losses,
  rebuilt: string[],
): Promise<Checkpoint | null> {
  const found = findCheckpoint(disk, layout);
  if (found.checkpoint) {
    rebuilt.push(...(await restoreCheckpoint(disk, layout, found.checkpoint)));
    return found.checkpoint;
  }
  if (found.problem === "newer-format") throw foreignFormat(layout.root, "newer");
  if (found.problem === "older-format") throw foreignFormat(layout.root, "older");
  if (found.problem !== "missing" || !isEmpty(disk, layout)) {
    losses.add(lostCheckpoint(layout, found.problem));
    return null;
  }
  await writeCheckpoint(disk, layout, EMPTY_CHECKPOINT);
  return EMPTY_CHECKPOINT;
}

function isEmpty(disk: Disk, { journal, logs }: DataLayout): boolean {
  return disk.list(journal).length === 0 && disk.list(logs).length === 0;
}

function lostCheckpoint({ checkpoint, checkpointCopy }: DataLayout, problem: string): Loss {
  return {
    log: null,
    offsets: null,
    path: checkpoint,
    position: 0,
    fault: `${checkpoint} and its copy (${checkpointCopy}) are ${problem}`,
    consequence: "which records were deleted, and whose the last ones are,",
  };
}
