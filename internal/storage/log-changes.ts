import { type Clock, nextTurn } from "../platform/clock.ts";
import { type Disk, DiskError } from "../platform/disk.ts";
import type { Checkpointer } from "./checkpointer.ts";
import {
  applySwap,
  compactedEntry,
  placeOfSwap,
  type SegmentSwap,
} from "./compaction/segment-swap.ts";
import { closingError, StorageError, writeRefusal } from "./errors.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Journal } from "./journal/journal.ts";
import {
  type EntryWithPayload,
  entriesFrame,
  logEndEntry,
  logStartEntry,
  removedEntry,
} from "./journal/journal-records.ts";
import { REMOVED_SUFFIX } from "./layout.ts";
import type { PartitionLog } from "./partition-log.ts";
import { removeSegments } from "./recovery/remains.ts";
import type { FileCache } from "./segments/file-cache.ts";
import type { Segment } from "./segments/segment.ts";
import type { TailWriter } from "./tail-writer.ts";

/** Logs whose folders are removed before other work gets its turn. */
const FORGOTTEN_PER_TURN = 16;

/** The parts of the storage that a change of a log goes through. */
export interface ChangePath {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly files: FileCache;
  readonly writer: TailWriter;
  readonly logsDirectory: string;
  readonly journal: Journal;
  readonly commit: GroupCommit;
  readonly checkpointer: Checkpointer;
  /** Writes the appends that have gathered: they come before the change. */
  readonly flush: () => void;
  /** Why nothing can be written now; null while it can. */
  readonly refusal: () => StorageError | null;
  readonly refuse: (error: StorageError) => void;
  /** The log isn't any more. */
  readonly forget: (log: PartitionLog) => void;
}

/**
 * Changes of a log that aren't appends. Each is an entry in the journal first; what it does to
 * files is done when that is durable, and can be done again by a restart. They reject with
 * `StorageError` only; a file that can't be removed is no failure (see `FileCache`).
 *
 * Segments leave a log's row only here, by one change at a time. The checkpoint that lets a
 * change's entry go has the log among those that have changed, from the entry on, and waits for the
 * change before it notes the log: else it could note the row as it was.
 */
export class LogChanges {
  readonly #path: ChangePath;
  readonly #underWay = new Set<Promise<void>>();
  #ended = false;

  constructor(path: ChangePath) {
    this.#path = path;
  }

  /**
   * Drops the records before `offset`; the files of segments that this empties are removed. Behind
   * the log's end, which a follower may be told of, it leaves an empty log that begins there.
   */
  cutBefore(log: PartitionLog, offset: number): Promise<void> {
    return this.#changeSegments(log, async () => {
      if (log.removed) throw new StorageError("removed", `${log.name} has been removed`);
      // Where the log begins may itself be a cut that could not be made durable.
      this.#checkNotFailed();
      if (offset <= log.startOffset) return;
      const { files, writer, checkpointer, flush } = this.#path;
      flush();
      log.rollBeforeCut(offset);
      const frameNumber = this.#write([logStartEntry(log, offset)]);
      log.startOffset = offset;
      log.epochs.cutBefore(offset);
      checkpointer.changed(log);
      await this.#whenDurable(frameNumber);
      if (log.removed) return;
      log.advance(offset);
      log.onWritten?.();
      const removed = log.takeEmptied();
      writer.dropSegments(log, removed);
      removeSegments(files, log, removed);
      writer.dirtyFolders.add(log.directory);
    });
  }

  /**
   * Puts compacted segments in the place of those that they were made from. False, and nothing
   * is changed, if these aren't all there any more.
   */
  async replaceSegments(
    log: PartitionLog,
    swap: SegmentSwap,
    added: Segment | null,
  ): Promise<boolean> {
    const { disk, files, writer, checkpointer, flush, refuse } = this.#path;
    let replaced = false;
    await this.#changeSegments(log, async () => {
      if (log.removed || placeOfSwap(log, swap) < 0) return;
      flush();
      const frameNumber = this.#write([compactedEntry(log, swap)]);
      checkpointer.changed(log);
      await this.#whenDurable(frameNumber);
      if (log.removed) return;
      try {
        applySwap(disk, files, log, swap, added);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        // The journal says that it is so, the folder doesn't: a restart brings them together.
        const message = `${error.message}; no more writes are taken; check the disk, restart`;
        const failure = new StorageError("failed", message, { cause: error });
        refuse(failure);
        throw failure;
      }
      writer.dirtyFolders.add(log.directory);
      replaced = true;
    });
    return replaced;
  }

  /** Removes logs with all they hold; no restart brings them back when this resolves. */
  remove(logs: readonly PartitionLog[]): Promise<void> {
    return this.#untilDone(async () => {
      this.#path.flush();
      const recorded = logs.filter(({ recorded }) => recorded);
      const frameNumber = recorded.length > 0 ? this.#write(recorded.map(removedEntry)) : 0;
      for (const log of logs) log.removed = true;
      if (recorded.length > 0) await this.#whenDurable(frameNumber);
      for (const [i, log] of logs.entries()) {
        if (i > 0 && i % FORGOTTEN_PER_TURN === 0) await nextTurn(this.#path.clock);
        this.#forget(log);
      }
    });
  }

  /**
   * Notes where a restart ended logs because a batch that the journal tells of had not arrived.
   *
   * Nothing else may be written before this resolves: the same batch, sent again to the same place,
   * would be taken for the missing one by the next restart, which would bring back all behind it.
   */
  async noteMissing(ends: ReadonlyMap<PartitionLog, number>): Promise<void> {
    if (ends.size === 0) return;
    // The segments that a shorter log has before its start are gone: the restart has removed them.
    const entries = [...ends].flatMap(([log, offset]) => [
      logEndEntry(log, offset),
      logStartEntry(log, log.startOffset),
    ]);
    await this.#whenDurable(this.#write(entries));
  }

  /** Waits for the changes that are under way; those that come later are refused (`closing`). */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.allSettled(this.#underWay);
  }

  #changeSegments(log: PartitionLog, change: () => Promise<void>): Promise<void> {
    return this.#untilDone(() => log.changeSegments(change));
  }

  async #untilDone(work: () => Promise<void>): Promise<void> {
    if (this.#ended) throw closingError();
    const change = work();
    this.#underWay.add(change);
    try {
      await change;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const failure = writeRefusal(error);
      this.#path.refuse(failure);
      throw failure;
    } finally {
      this.#underWay.delete(change);
    }
  }

  #forget(log: PartitionLog): void {
    const { disk, files, writer, checkpointer, logsDirectory, forget } = this.#path;
    forget(log);
    checkpointer.removed(log);
    writer.drop(log);
    // A log of the same name must not get a file that is open, and isn't there any more: neither
    // one of a segment, nor one that was given up when the disk was full, and synced since.
    files.dropFolder(log.directory);
    if (!disk.exists(log.directory)) return;
    // The next checkpoint forgets that the log was removed: by then that must be durable.
    writer.dirtyFolders.add(logsDirectory);
    files.discardFolder(log.directory, `${log.directory}.${log.id}${REMOVED_SUFFIX}`);
  }

  #checkNotFailed(): void {
    const refused = this.#path.refusal();
    if (refused?.code === "failed") throw refused;
  }

  /** Writes a frame of entries; returns its number. */
  #write(entries: readonly EntryWithPayload[]): number {
    const { journal } = this.#path;
    this.#checkNotFailed();
    journal.write(entriesFrame(entries), true);
    return journal.lastFrame;
  }

  async #whenDurable(frameNumber: number): Promise<void> {
    await this.#path.commit.durable();
    this.#path.journal.markSynced(frameNumber);
  }
}
