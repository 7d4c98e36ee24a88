import type { LogState } from "./checkpoint.ts";
import { StorageError } from "./errors.ts";
import { openCheckpoint } from "./first-checkpoint.ts";
import type { JournalStart } from "./journal.ts";
import { type ReadJournal, readJournal, sizeOnDisk } from "./journal-reader.ts";
import { entriesFrame, logEndEntry } from "./journal-records.ts";
import type { DataLayout } from "./layout.ts";
import type { PartitionLog } from "./partition-log.ts";
import { removeRemains } from "./remains.ts";
import { type RecoveryPath, Replay } from "./replay.ts";
import { readWholeFile } from "./whole-file.ts";

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
}

/**
 * Brings the logs back to where they were: the checkpoint, then the journal's frames on top of it.
 *
 * The cost is that of the journal's tail: no segment is read, but for the large batches that the
 * journal only names and that weren't known to be synced.
 *
 * Throws `StorageError` `damaged` or `newer-format`, naming the file, where going on would lose
 * what had been acknowledged.
 */
export async function recover(path: RecoveryPath): Promise<Recovered> {
  const { disk, layout } = path;
  const checkpoint = await openCheckpoint(disk, layout);
  const { journalSequence, frameNumber } = checkpoint;
  const journal = readJournal(disk, layout.journal, journalSequence, frameNumber);
  refuseLosses(journal, layout);
  // Before the replay: it removes files that only the journal says are not needed.
  await makeJournalDurable(path, journal);
  const replay = new Replay(path, checkpoint, journal);
  path.writer.replaying = true;
  for (const file of journal.files) {
    if (file.frames.length === 0) continue;
    const bytes = readWholeFile(disk, file.path);
    for (const frame of file.frames) replay.apply(file.path, bytes, frame);
  }
  path.writer.replaying = false;
  await syncBatches(path, replay.unsyncedFiles);
  for (const log of replay.byId.values()) log.durableOffset = log.endOffset;
  const logs = new Map([...replay.byId.values()].map((log) => [log.name, log]));
  if (removeRemains(disk, layout.logs, logs, replay.removedNames)) {
    path.writer.dirtyFolders.add(layout.logs);
  }
  return {
    logs,
    states: replay.states,
    changed: replay.changed,
    journal,
    nextLogId: replay.nextLogId,
    cut: replay.cut,
  };
}

/** Throws `StorageError` `damaged` if something was lost that nobody can name. */
function refuseLosses({ missing: [first] }: ReadJournal, { root }: DataLayout): void {
  if (!first) return;
  const frame = `frame ${first.from} of the journal is damaged`;
  const place = `${first.path}, position ${first.position}`;
  const loss = "what it held of any partition would be lost";
  const command = `'weir log repair ${root} --accept-loss' goes on without it`;
  throw new StorageError("damaged", `${frame} (${place}): ${loss}; ${command}`);
}

/**
 * Where the journal goes on. Where batches had not arrived, the next restart has to know, also when
 * it finds their frames synced.
 */
export function journalStart({ journal, cut }: Recovered): JournalStart {
  const { files, obsolete, lastSequence, lastFrame, syncedFrame } = journal;
  const ends = [...cut].map(([log, offset]) => logEndEntry(log, offset));
  return {
    files: [...obsolete, ...files],
    lastSequence,
    lastFrame,
    syncedFrame: ends.length > 0 ? syncedFrame : lastFrame,
    preface: ends.length > 0 ? entriesFrame(ends) : null,
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
    const bytes = readWholeFile(disk, path);
    await files.use(path, (file) => {
      for (const frame of frames) {
        const end = Math.min(bytes.length, frame.at + sizeOnDisk(frame));
        if (frame.frameNumber > syncedFrame) file.write(bytes, frame.at, end, frame.at);
      }
      return file.sync();
    });
    files.drop(path);
  }
  await disk.syncDirectory(layout.journal);
  await disk.syncDirectory(layout.root);
}

/** Syncs segments with batches that aren't known to be: they are served from now on. */
async function syncBatches(
  { disk, layout, files }: RecoveryPath,
  paths: ReadonlySet<string>,
): Promise<void> {
  for (const path of paths) {
    await files.use(path, (file) => file.sync());
    await disk.syncDirectory(path.slice(0, path.lastIndexOf("/")));
  }
  if (paths.size > 0) await disk.syncDirectory(layout.logs);
}
