import { EMPTY_CHECKPOINT, journalBehind, type LogState } from "../checkpoint.ts";
import {
  type MissingFrames,
  type ReadJournal,
  readJournal,
  sizeOnDisk,
} from "../journal/journal-reader.ts";
import type { JournalStart } from "../journal/journal-start.ts";
import type { PartitionLog } from "../partition-log.ts";
import { syncFile } from "../segments/file-cache.ts";
import { readWholeFile } from "../whole-file.ts";
import { openCheckpoint } from "./first-checkpoint.ts";
import type { Loss } from "./losses.ts";
import { removeRemains } from "./remains.ts";
import { type RecoveryPath, Replay } from "./replay.ts";
import { adoptFolders } from "./salvage/adopt-folders.ts";
import { salvage } from "./salvage/salvage.ts";

/** What a restart found. */
export interface Recovered {
  readonly logs: Map<string, PartitionLog>;
  /** Each log as it stands in the checkpoint. */
  readonly states: Map<PartitionLog, LogState>;
  /** Logs that have more than that. */
  readonly changed: Set<PartitionLog>;
  readonly journal: ReadJournal;
  readonly nextLogId: number;
  /** Logs with batches that never arrived, and from which offset on. */
  readonly cut: ReadonlyMap<PartitionLog, number>;
  readonly losses: readonly Loss[];
  /** Files that were damaged, and of which another one had the content. */
  readonly rebuilt: readonly string[];
}

/**
 * Brings the logs back to where they were: the checkpoint, then the journal's frames on top of it.
 *
 * The cost is that of the journal's tail: no segment is read, but for the large batches that the
 * journal only names and that weren't known to be synced.
 *
 * Where going on would lose what had been acknowledged, that is among `path.losses`; unless these
 * are accepted, it throws `StorageError` `damaged`, naming the file. Or `newer-format` or
 * `older-format`.
 */
export async function recover(path: RecoveryPath): Promise<Recovered> {
  const { disk, layout, losses } = path;
  const rebuilt: string[] = [];
  const found = await openCheckpoint(disk, layout, losses, rebuilt);
  const journal = readJournal(disk, layout.journal, journalBehind(found));
  for (const missing of journal.missing) losses.add(missingFrames(missing));
  // Before the replay: it removes files that only the journal says are not needed.
  await makeJournalDurable(path, journal);
  const known = found ?? EMPTY_CHECKPOINT;
  const isWhole = losses.found.length === 0;
  const checkpoint = isWhole ? known : await adoptFolders(path, known, journal);
  const replay = new Replay(path, checkpoint, journal);
  path.writer.replaying = true;
  for (const file of journal.files) {
    if (file.frames.length === 0) continue;
    const bytes = readWholeFile(disk, file.path);
    for (const frame of file.frames) replay.apply(file.path, bytes, frame);
  }
  path.writer.replaying = false;
  if (losses.found.length > 0) await salvage(path, replay);
  await syncBatches(path, replay.unsyncedFiles);
  for (const log of replay.byId.values()) log.durableOffset = log.endOffset;
  const logs = new Map([...replay.byId.values()].map((log) => [log.name, log]));
  if (removeRemains(disk, path.files, layout.logs, logs, replay.removedNames)) {
    path.writer.dirtyFolders.add(layout.logs);
  }
  return {
    logs,
    states: replay.states,
    changed: replay.changed,
    journal,
    nextLogId: replay.nextLogId,
    cut: replay.cut,
    losses: losses.found,
    rebuilt,
  };
}

function missingFrames({ from, to, path, position }: MissingFrames): Loss {
  const isOne = from === to;
  const frames = isOne ? `frame ${from}` : `frames ${from} to ${to}`;
  return {
    log: null,
    offsets: null,
    path,
    position,
    fault: `${frames} of the journal ${isOne ? "is" : "are"} damaged`,
    consequence: `what ${isOne ? "it" : "they"} held of any partition`,
  };
}

/**
 * Where the journal goes on. Frames that tell of batches which had not arrived count as synced only
 * when it is noted which those are.
 */
export function journalStart({ journal, cut }: Recovered): JournalStart {
  const { files, obsolete, lastSequence, lastFrame, syncedFrame } = journal;
  return {
    files: [...obsolete, ...files],
    lastSequence,
    lastFrame,
    syncedFrame: cut.size > 0 ? syncedFrame : lastFrame,
  };
}

/**
 * Makes what was found durable. Frames that aren't known to be are written again before they are
 * synced: if a sync of them has failed, the kernel calls them clean though they aren't on the disk.
 */
async function makeJournalDurable(
  { disk, layout, files }: RecoveryPath,
  { files: journalFiles, syncedFrame }: ReadJournal,
): Promise<void> {
  for (const { path, frames } of journalFiles) {
    if (frames.length === 0) continue;
    const unsynced = frames.filter(({ frameNumber }) => frameNumber > syncedFrame);
    const bytes = unsynced.length > 0 ? readWholeFile(disk, path) : new Uint8Array(0);
    await files.use(path, (file) => {
      for (const frame of unsynced) {
        const end = Math.min(bytes.length, frame.at + sizeOnDisk(frame));
        file.write(bytes, frame.at, end, frame.at);
      }
      return file.sync();
    });
    files.drop(path);
  }
  await disk.syncDirectory(layout.journal);
  await disk.syncDirectory(layout.root);
}

/**
 * Syncs segments with batches that aren't known to be: they are served from now on. Segments that a
 * later frame has removed stay away: one made anew would be open under a name that is another's.
 */
async function syncBatches(
  { disk, layout, files }: RecoveryPath,
  paths: ReadonlySet<string>,
): Promise<void> {
  for (const path of paths) {
    await syncFile(disk, files, path);
    await disk.syncDirectory(path.slice(0, path.lastIndexOf("/")));
  }
  if (paths.size > 0) await disk.syncDirectory(layout.logs);
}
