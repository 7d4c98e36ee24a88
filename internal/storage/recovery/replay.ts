import { type Disk, isFull } from "../../platform/disk.ts";
import type { Checkpoint, LogState } from "../checkpoint.ts";
import { applySwap, readSwap } from "../compaction/segment-swap.ts";
import type { EpochStart } from "../epoch-history.ts";
import { StorageError } from "../errors.ts";
import { type FoundEntry, isThisBatch } from "../journal/frame-payload.ts";
import { EntryKind, isPlaced, type JournalEntry } from "../journal/journal-frame.ts";
import type { FoundFrame, ReadJournal } from "../journal/journal-reader.ts";
import { readCreated } from "../journal/journal-records.ts";
import type { DataLayout } from "../layout.ts";
import { type LogConfig, PartitionLog } from "../partition-log.ts";
import type { FileCache } from "../segments/file-cache.ts";
import { Segment } from "../segments/segment.ts";
import { wholeSlab } from "../slabs.ts";
import type { TailWriter } from "../tail-writer.ts";
import { bridgeHole } from "./holes.ts";
import { LogFates } from "./log-fates.ts";
import type { Loss, Losses } from "./losses.ts";
import { removeSegments } from "./remains.ts";
import { lostEntry, misfit, namelessLoss } from "./replay-losses.ts";

/** Where recovery reads, and what it puts batches into. */
export interface RecoveryPath {
  readonly disk: Disk;
  readonly layout: DataLayout;
  readonly files: FileCache;
  readonly writer: TailWriter;
  readonly config: LogConfig;
  /** From when on the age of segments counts that the checkpoint doesn't have. */
  readonly nowMs: number;
  /** What is lost for good. */
  readonly losses: Losses;
}

/** Applies the journal's frames, one after the other, to the logs as the checkpoint has them. */
export class Replay {
  readonly byId = new Map<number, PartitionLog>();
  readonly states = new Map<PartitionLog, LogState>();
  readonly changed = new Set<PartitionLog>();
  /** Files with batches that were not known to be synced. */
  readonly unsyncedFiles = new Set<string>();
  /** Names of logs that the journal removes; others may have them by now. */
  readonly removedNames = new Set<string>();
  nextLogId: number;
  /** Logs that lack something before what the journal has of them. */
  readonly holed = new Set<PartitionLog>();
  /** What the journal has of logs that nothing tells the names of, by their numbers. */
  readonly nameless = new Map<number, Loss>();
  readonly #path: RecoveryPath;
  readonly #syncedFrame: number;
  readonly #fates: LogFates;
  /** Logs with a batch that never arrived, and its offset: all behind it doesn't follow. */
  readonly cut = new Map<PartitionLog, number>();

  constructor(path: RecoveryPath, checkpoint: Checkpoint, journal: ReadJournal) {
    this.#path = path;
    this.#syncedFrame = journal.syncedFrame;
    this.#fates = new LogFates(journal, checkpoint.logs);
    this.nextLogId = checkpoint.nextLogId;
    for (const state of checkpoint.logs) {
      if (this.#fates.isRemoved(state.id)) this.removedNames.add(state.name);
      else this.#restore(state);
    }
  }

  /** Applies a frame of the file at `path`, which holds `bytes`. */
  apply(path: string, bytes: Uint8Array, { entries, frameNumber }: FoundFrame): void {
    for (const found of entries) {
      if (found.whole) this.#applyEntry(path, bytes, found, frameNumber);
      else this.#applyDamaged(found, frameNumber, path);
    }
  }

  /** Writes to segments; false if the disk is full, then the batches stay in memory. */
  #ifSpace(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (isFull(error)) return false;
      throw error;
    }
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

  #applyEntry(path: string, bytes: Uint8Array, found: FoundEntry, frameNumber: number): void {
    const { entry, payloadAt: at } = found;
    if (entry.kind === EntryKind.created) this.#create(entry, bytes, at);
    const log = this.byId.get(entry.logId);
    if (!log) this.#noteNameless(entry, path, at);
    if (!log || entry.kind === EntryKind.created) return;
    if (frameNumber <= (this.states.get(log)?.appliedFrame ?? 0)) return;
    this.changed.add(log);
    if (entry.kind === EntryKind.logEnd || this.#fates.isVoid(entry, frameNumber)) return;
    if (entry.kind === EntryKind.logStart) this.#cutBefore(log, entry.offset);
    else if (entry.kind === EntryKind.compacted) {
      this.#replaceSegments(log, bytes.subarray(at, at + entry.sizeBytes));
    } else if (entry.kind === EntryKind.batch) this.#admit(log, entry, bytes, at);
    else this.#admitPlaced(log, entry, bytes, at, this.#isSynced(entry, frameNumber));
  }

  /** An entry whose payload isn't what was written; the segment may have a batch's other copy. */
  #applyDamaged({ entry, payloadAt }: FoundEntry, frameNumber: number, path: string): void {
    const log = this.byId.get(entry.logId);
    const isApplied = log && frameNumber <= (this.states.get(log)?.appliedFrame ?? 0);
    if (isApplied || this.#fates.isRemoved(entry.logId)) return;
    if (!log || entry.kind !== EntryKind.batch) {
      this.#path.losses.add(lostEntry(entry, log, path, payloadAt));
      if (log) this.holed.add(log);
      return;
    }
    this.changed.add(log);
    if (this.#fates.isVoid(entry, frameNumber)) return;
    const segment = this.#segmentFor(log, entry);
    if (!segment) return;
    const copy = this.#readBatch(segment, entry);
    if (copy) this.#admitPlaced(log, entry, copy, 0, true);
    else lose(log, segment, entry, `it was lost in the journal (${path}, position ${payloadAt})`);
  }

  #create({ logId, sizeBytes }: JournalEntry, bytes: Uint8Array, at: number): void {
    if (this.byId.has(logId)) return;
    this.nextLogId = Math.max(this.nextLogId, logId + 1);
    const { name, incarnation } = readCreated(bytes.subarray(at, at + sizeBytes));
    if (this.#fates.isRemoved(logId)) this.removedNames.add(name);
    else this.changed.add(this.#register(logId, name, incarnation));
  }

  #cutBefore(log: PartitionLog, offset: number): void {
    if (offset <= log.startOffset) return;
    log.rollBeforeCut(offset);
    log.startOffset = offset;
    log.epochs.cutBefore(offset);
    this.#removeEmptied(log);
  }

  #removeEmptied(log: PartitionLog): void {
    const { files, writer } = this.#path;
    const removed = log.takeEmptied();
    writer.dropSegments(log, removed);
    removeSegments(files, log, removed);
    if (removed.length > 0) writer.dirtyFolders.add(log.directory);
  }

  #replaceSegments(log: PartitionLog, payload: Uint8Array): void {
    const { disk, files, writer } = this.#path;
    applySwap(disk, files, log, readSwap(payload));
    writer.dirtyFolders.add(log.directory);
  }

  #admit(log: PartitionLog, entry: JournalEntry, bytes: Uint8Array, at: number): void {
    const segment = this.#segmentFor(log, entry);
    if (!segment) return;
    segment.admit(this.#path.disk, bytes, at, entry.sizeBytes, this.#path.nowMs);
    log.producers.admit(bytes, at, this.#path.nowMs);
    log.epochs.admit(entry.leaderEpoch, entry.offset);
    if (!this.#fates.isGone(entry)) this.#push(log, segment, entry, bytes, at);
  }

  /** Puts a batch that the segment ends with into the log's tail. */
  #push(
    log: PartitionLog,
    segment: Segment,
    { position, offset: baseOffset, sizeBytes }: JournalEntry,
    bytes: Uint8Array,
    at: number,
  ): void {
    const { endOffset } = segment;
    const place = { segment, position, baseOffset, endOffset, at, sizeBytes };
    this.#path.writer.push(log, { ...place, ...wholeSlab(bytes) });
  }

  #isSynced({ kind }: JournalEntry, frameNumber: number): boolean {
    return kind === EntryKind.placedBatch && frameNumber <= this.#syncedFrame;
  }

  /**
   * A batch that went straight to its segment: there for certain only if that was `synced`. Where
   * the disk has no space for those before it, it joins them in memory.
   */
  #admitPlaced(
    log: PartitionLog,
    entry: JournalEntry,
    header: Uint8Array,
    at: number,
    synced: boolean,
  ): void {
    const segment = this.#segmentFor(log, entry);
    if (!segment) return;
    const { disk, writer, nowMs } = this.#path;
    const { sizeBytes, offset } = entry;
    const isGone = this.#fates.isGone(entry);
    const behindTail = !isGone && log.tail.length > 0 && !this.#ifSpace(() => writer.drain(log));
    const batch = behindTail || !(synced || isGone) ? this.#readBatch(segment, entry) : null;
    if (!batch && !(synced || isGone)) return void this.cut.set(log, offset);
    if (!batch && behindTail) throw damagedWhileFull(log, segment);
    if (batch) this.#writeAgain(segment, entry, batch);
    if (segment.file === "new" && disk.exists(segment.logPath)) segment.file = "uncut";
    segment.admit(disk, header, at, sizeBytes, nowMs);
    log.producers.admit(header, at, this.#path.nowMs);
    log.epochs.admit(entry.leaderEpoch, offset);
    if (batch && behindTail) this.#push(log, segment, entry, batch, 0);
  }

  /** If a sync of the batch has failed, the kernel calls it clean without its being on the disk. */
  #writeAgain({ logPath }: Segment, { position }: JournalEntry, batch: Uint8Array): void {
    this.#path.files.get(logPath).write(batch, 0, batch.length, position);
    this.unsyncedFiles.add(logPath);
  }

  #readBatch({ logPath }: Segment, entry: JournalEntry): Uint8Array | null {
    if (!this.#path.disk.exists(logPath)) return null;
    const bytes = new Uint8Array(entry.sizeBytes);
    const got = this.#path.files.get(logPath).read(bytes, 0, bytes.length, entry.position);
    return got === bytes.length && isThisBatch(bytes, 0, entry) ? bytes : null;
  }

  /** The segment where the entry's batch belongs, or null if what stands before it is missing. */
  #segmentFor(log: PartitionLog, entry: JournalEntry): Segment | null {
    if (this.cut.has(log)) return null;
    const last = log.segments.at(-1);
    const fits = last?.baseOffset === entry.segmentBase;
    if (fits && last.sizeBytes === entry.position && last.endOffset <= entry.offset) return last;
    // What a follower copied may have gaps, which compaction has made where it copied from.
    const { found } = this.#path.losses;
    const isNext = !fits && entry.position === 0 && entry.segmentBase <= entry.offset;
    const isSurelyNext = isNext && log.endOffset === entry.segmentBase;
    if (isSurelyNext || (isNext && found.length === 0)) return log.addSegment(entry.segmentBase);
    if (found.length === 0) this.#path.losses.add(misfit(log, entry));
    this.holed.add(log);
    return bridgeHole(this.#path.disk, log, entry);
  }

  /** Remembers that batches can't be attributed: they are lost, if their log is not just gone. */
  #noteNameless(entry: JournalEntry, path: string, position: number): void {
    const { kind, logId } = entry;
    const isBatch = kind === EntryKind.batch || isPlaced(kind);
    if (!isBatch || this.#fates.isRemoved(logId)) return;
    this.nameless.set(logId, namelessLoss(entry, path, position, this.nameless.get(logId)));
  }
}

/** Leaves the place of a batch that is lost to those that can't be read. */
function lose(log: PartitionLog, segment: Segment, entry: JournalEntry, fault: string): void {
  const { offset, position, sizeBytes, lastOffsetDelta } = entry;
  const toOffset = offset + lastOffsetDelta + 1;
  const endPosition = position + sizeBytes;
  const place = { path: segment.logPath, position, endPosition };
  segment.leaveOut(sizeBytes, toOffset);
  log.damage.add({ fromOffset: offset, toOffset, ...place, fault });
}

function damagedWhileFull({ name }: PartitionLog, { logPath }: Segment): StorageError {
  const what = `a batch of ${name} in ${logPath} is damaged`;
  return new StorageError("full", `the disk is full and ${what}: free some space, start again`);
}

/** The log's epochs; before they were written down, every batch had epoch 0. */
function epochsOf({ epochs, startOffset }: LogState, endOffset: number): readonly EpochStart[] {
  return epochs ?? (endOffset > startOffset ? [{ epoch: 0, startOffset }] : []);
}
