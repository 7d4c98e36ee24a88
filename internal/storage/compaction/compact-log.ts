import type { Checkpointer } from "../checkpointer.ts";
import type { CompactionConfig, PartitionLog } from "../partition-log.ts";
import { collectKeys } from "./collect-keys.ts";
import { compactGroup, type RewritePath } from "./compact-group.ts";
import type { DirtyPart } from "./dirty-part.ts";
import { KeyOffsets } from "./key-offsets.ts";
import type { Pace } from "./pace.ts";
import { segmentGroups } from "./segment-groups.ts";

/** The parts of the storage that compaction works on. */
export interface CompactionPath extends RewritePath {
  readonly checkpointer: Checkpointer;
}

/** What a pass may take, and when it is. */
export interface PassBounds {
  readonly keyMapBytes: number;
  readonly hashSeed: number;
  readonly nowMs: number;
  readonly pace: Pace;
}

/** What a pass came to. */
export interface PassResult {
  /** The log is clean up to here; where it was before if the pass had to give up. */
  readonly endOffset: number;
  readonly freedBytes: number;
}

/**
 * Goes over a log once: of each key that its dirty part has, all records but the last go, also
 * those before the dirty part. Where memory doesn't hold all keys, the pass ends earlier, and the
 * next one goes on from there.
 *
 * Segments are swapped from the oldest on, so that a tombstone's horizon is never on the disk
 * before what the tombstone deletes is gone.
 *
 * Rejects with `StorageError` (`damaged`, `full`, or what `pace` ends it with) or `DiskError`; the
 * log is good then, and partly compacted.
 */
export async function compactLog(
  path: CompactionPath,
  log: PartitionLog,
  { deleteRetentionMs }: CompactionConfig,
  part: DirtyPart,
  { keyMapBytes, hashSeed, nowMs, pace }: PassBounds,
): Promise<PassResult> {
  const keys = new KeyOffsets(keyMapBytes, part.toOffset - part.fromOffset, hashSeed);
  const endOffset = await collectKeys(path.files, log, part, keys, pace);
  const pass = { log, keys, endOffset, nowMs, deleteRetentionMs };
  let freedBytes = 0;
  for (const group of segmentGroups(log, endOffset)) {
    const freed = await compactGroup(path, pass, group, pace);
    // Others of the group are there, as they were: the next pass begins where this one did.
    if (freed === null) return { endOffset: part.fromOffset, freedBytes };
    freedBytes += freed;
  }
  log.firstDirtyOffset = endOffset;
  path.checkpointer.changed(log);
  return { endOffset, freedBytes };
}
