import type { Disk } from "../platform/disk.ts";
import { HEADER_BYTES } from "../record/layout.ts";
import { type Checkpoint, EMPTY_CHECKPOINT, type LogState, readCheckpoint } from "./checkpoint.ts";
import { applySwap, readSwap } from "./compaction/segment-swap.ts";
import type { EpochStart } from "./epoch-history.ts";
import { StorageError } from "./errors.ts";
import type { FileCache } from "./file-cache.ts";
import { isThisBatch } from "./frame-payload.ts";
import { EntryKind, type JournalEntry } from "./journal-frame.ts";
import { type FoundFrame, type ReadJournal, readJournal } from "./journal-reader.ts";
import { readCreated } from "./journal-records.ts";
import type { DataLayout } from "./layout.ts";
import type { StorageLimits } from "./limits.ts";
import { type LogConfig, PartitionLog } from "./partition-log.ts";
import { removeSegment, Segment } from "./segment.ts";
import { wholeSlab } from "./slabs.ts";
import type { TailWriter } from "./tail-writer.ts";
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
  /** Files with batches that were not known to be synced. */
  readonly unsyncedFiles: Set<string>;
  /** Whether the journal has entries that don't apply, and never may: a checkpoint drops them. */
  readonly outdated: boolean;
}

/** Where recovery reads, and what it puts batches into. */
export interface RecoveryPath {
  readonly limits: StorageLimits;
  readonly disk: Disk;
  readonly layout: DataLayout;
  readonly files: FileCache;
  readonly writer: TailWriter;
  readonly config: LogConfig;
  /** From when on the age of segments counts that the checkpoint doesn't have. */
  readonly nowMs: number;
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
export function recover(path: RecoveryPath): Recovered {
  const { disk, layout } = path;
  const checkpoint = readCheckpoint(disk, layout.checkpoint) ?? EMPTY_CHECKPOINT;
  const { journalSequence, frameNumber } = checkpoint;
  const journal = readJournal(disk, layout.journal, journalSequence, frameNumber);
  const replay = new Replay(path, checkpoint, journal);
  path.writer.replaying = true;
  for (const file of journal.files) {
    if (file.frames.length === 0) continue;
    const bytes = readWholeFile(disk, file.path);
    for (const frame of file.frames) replay.apply(bytes, frame);
  }
  path.writer.replaying = false;
  for (const log of replay.byId.values()) log.durableOffset = log.endOffset;
  return {
    logs: new Map([...replay.byId.values()].map((log) => [log.name, log])),
    states: replay.states,
    changed: replay.changed,
    journal,
    nextLogId: replay.nextLogId,
    unsyncedFiles: replay.unsyncedFiles,
    outdated: replay.cut.size > 0,
  };
}

/** Syncs what was read: it is served from now on, and may never have been synced. */
export async function makeDurable(
  { disk, layout, files }: Pick<RecoveryPath, "disk" | "layout" | "files">,
  { journal, unsyncedFiles }: Recovered,
): Promise<void> {
  for (const { path, frames } of journal.files) {
    if (frames.length > 0) await files.use(path, (file) => file.sync());
    files.drop(path);
  }
  for (const path of unsyncedFiles) {
    await files.use(path, (file) => file.sync());
    await disk.syncDirectory(path.slice(0, path.lastIndexOf("/")));
  }
  if (unsyncedFiles.size > 0) await disk.syncDirectory(layout.logs);
  await disk.syncDirectory(layout.journal);
  await disk.syncDirectory(layout.root);
}

class Replay {
  readonly byId = new Map<number, PartitionLog>();
  readonly states = new Map<PartitionLog, LogState>();
  readonly changed = new Set<PartitionLog>();
  readonly unsyncedFiles = new Set<string>();
  nextLogId: number;
  readonly #path: RecoveryPath;
  readonly #syncedFrame: number;
  /** Logs with a batch that never arrived: what the journal has behind it doesn't follow. */
  readonly cut = new Set<PartitionLog>();

  constructor(path: RecoveryPath, checkpoint: Checkpoint, journal: ReadJournal) {
    this.#path = path;
    this.#syncedFrame = journal.syncedFrame;
    this.nextLogId = checkpoint.nextLogId;
    for (const state of checkpoint.logs) this.#restore(state);
  }

  apply(bytes: Uint8Array, { entries, frameNumber }: FoundFrame): void {
    for (const { entry, payloadAt } of entries) {
      this.#applyEntry(bytes, entry, payloadAt, frameNumber);
    }
    this.#path.writer.relieve(this.#path.limits.tailBytes, this.byId.size);
  }

  #restore(state: LogState): void {
    const log = this.#register(state.id, state.name, state.incarnation);
    log.startOffset = state.startOffset;
    log.firstDirtyOffset = state.firstDirtyOffset;
    log.segments = state.segments.map((segment) => new Segment(log.directory, segment));
    log.checkpointedOffset = log.endOffset;
    for (const [id, producer] of state.producers) log.producers.restore(id, producer);
    log.epochs.restore(epochsOf(state, log.endOffset));
    log.highWatermark = Math.min(state.highWatermark ?? 0, log.endOffset);
    this.states.set(log, state);
    this.#removeEmptied(log);
  }

  #register(id: number, name: string, incarnation: string): PartitionLog {
    const { layout, config } = this.#path;
    const log = new PartitionLog(id, name, incarnation, layout.logs, config);
    log.recorded = true;
    this.byId.set(id, log);
    this.nextLogId = Math.max(this.nextLogId, id + 1);
    return log;
  }

  #applyEntry(bytes: Uint8Array, entry: JournalEntry, at: number, frameNumber: number): void {
    const log = this.byId.get(entry.logId);
    if (entry.kind === EntryKind.created) {
      if (log) return;
      const created = readCreated(bytes.subarray(at, at + entry.sizeBytes));
      this.changed.add(this.#register(entry.logId, created.name, created.incarnation));
      return;
    }
    if (!log) return;
    if (frameNumber <= (this.states.get(log)?.appliedFrame ?? 0)) return;
    this.changed.add(log);
    if (entry.kind === EntryKind.removed) this.#remove(log);
    else if (entry.kind === EntryKind.logStart) this.#cutBefore(log, entry.offset);
    else if (entry.kind === EntryKind.compacted) {
      this.#replaceSegments(log, bytes.subarray(at, at + entry.sizeBytes));
    } else if (entry.kind === EntryKind.batch) this.#admit(log, entry, bytes, at);
    else this.#admitPlaced(log, entry, this.#isSynced(entry, frameNumber));
  }

  #remove(log: PartitionLog): void {
    log.removed = true;
    this.#path.writer.drop(log);
    this.byId.delete(log.id);
    this.states.delete(log);
    this.changed.delete(log);
    for (const segment of log.segments) this.#path.files.drop(segment.logPath);
  }

  #cutBefore(log: PartitionLog, offset: number): void {
    if (offset <= log.startOffset) return;
    log.rollBeforeCut(offset);
    log.startOffset = offset;
    log.epochs.cutBefore(offset);
    this.#removeEmptied(log);
  }

  #removeEmptied(log: PartitionLog): void {
    const { disk, files, writer } = this.#path;
    const removed = log.takeEmptied();
    writer.dropSegments(log, removed);
    for (const segment of removed) removeSegment(disk, files, segment);
    if (removed.length > 0) writer.dirtyDirectories.add(log.directory);
  }

  #replaceSegments(log: PartitionLog, payload: Uint8Array): void {
    const { disk, files, writer } = this.#path;
    applySwap(disk, files, log, readSwap(payload));
    writer.dirtyDirectories.add(log.directory);
  }

  #admit(log: PartitionLog, entry: JournalEntry, bytes: Uint8Array, at: number): void {
    const segment = this.#segmentFor(log, entry);
    if (!segment) return;
    const { position, sizeBytes } = entry;
    segment.admit(this.#path.disk, bytes, at, sizeBytes, this.#path.nowMs);
    log.producers.admit(bytes, at);
    log.epochs.admit(entry.leaderEpoch, entry.offset);
    const endOffset = segment.endOffset;
    const { offset: baseOffset } = entry;
    const place = { segment, position, baseOffset, endOffset, at, sizeBytes };
    this.#path.writer.push(log, { ...place, ...wholeSlab(bytes) });
  }

  #isSynced({ kind }: JournalEntry, frameNumber: number): boolean {
    return kind === EntryKind.placedBatch && frameNumber <= this.#syncedFrame;
  }

  /** A batch that went straight to its segment: there for certain only if that was `synced`. */
  #admitPlaced(log: PartitionLog, entry: JournalEntry, synced: boolean): void {
    const segment = this.#segmentFor(log, entry);
    if (!segment) return;
    if (log.tail.length > 0) this.#path.writer.drain(log);
    const { disk } = this.#path;
    if (!disk.exists(segment.logPath)) return void this.cut.add(log);
    const bytes = new Uint8Array(synced ? HEADER_BYTES : entry.sizeBytes);
    const got = this.#path.files.get(segment.logPath).read(bytes, 0, bytes.length, entry.position);
    if (!synced && (got < bytes.length || !isThisBatch(bytes, 0, entry))) {
      this.cut.add(log);
      return;
    }
    if (!synced) this.unsyncedFiles.add(segment.logPath);
    if (segment.file === "new") segment.file = "uncut";
    segment.admit(disk, bytes, 0, entry.sizeBytes, this.#path.nowMs);
    log.producers.admit(bytes, 0);
    log.epochs.admit(entry.leaderEpoch, entry.offset);
  }

  /** The segment where the entry's batch belongs, or null if what stands before it is missing. */
  #segmentFor(log: PartitionLog, entry: JournalEntry): Segment | null {
    if (this.cut.has(log)) return null;
    const last = log.segments.at(-1);
    const fits = last?.baseOffset === entry.segmentBase;
    const segment = fits ? last : log.addSegment(entry.segmentBase);
    // What a follower copied may have gaps, which compaction has made where it copied from.
    if (segment.sizeBytes === entry.position && log.endOffset <= entry.offset) return segment;
    const found = `${log.endOffset} (position ${segment.sizeBytes})`;
    const told = `${entry.offset} (position ${entry.position})`;
    const what = `${log.name} ends at offset ${found}, but the journal goes on at ${told}`;
    throw new StorageError("damaged", what);
  }
}

/** The log's epochs; before they were written down, every batch had epoch 0. */
function epochsOf({ epochs, startOffset }: LogState, endOffset: number): readonly EpochStart[] {
  return epochs ?? (endOffset > startOffset ? [{ epoch: 0, startOffset }] : []);
}
