import type { Clock } from "../platform/clock.ts";
import { type Disk, DiskError } from "../platform/disk.ts";
import {
  lastOffset,
  baseOffset as offsetOf,
  partitionLeaderEpoch,
  producerId,
  stampBatch,
} from "../record/batch.ts";
import {
  beginGroup,
  bySegment,
  chunksOf,
  groupFrame,
  type LogGroup,
  type OnAppended,
  type Pending,
  rejectGroup,
  rememberProducer,
  settleGroup,
} from "./append-group.ts";
import { SequenceError, StorageError, writeRefusal } from "./errors.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Journal } from "./journal/journal.ts";
import type { StorageLimits } from "./limits.ts";
import type { PartitionLog } from "./partition-log.ts";
import type { TailWriter } from "./tail-writer.ts";

/** The parts of the storage that an append goes through. */
export interface AppendPath {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly journal: Journal;
  readonly commit: GroupCommit;
  readonly writer: TailWriter;
  readonly limits: StorageLimits;
  /** Told when a log has got to know another producer. */
  readonly newProducer: () => void;
  /** Told of every log that has changed, and of failed writes. */
  readonly changed: (log: PartitionLog) => void;
  readonly failed: (error: StorageError) => void;
  /** Told at the end of a turn that wrote. */
  readonly written: () => void;
}

/**
 * Gathers the appends of a turn and writes them together at its end: each batch gets its offset,
 * one frame goes to the journal, large batches to their segments, and one round of syncs makes
 * all of it durable. Only then are the appends resolved.
 */
export class Appender {
  readonly #path: AppendPath;
  #queue: Pending[] = [];
  #scheduled = false;
  #held = false;
  /** Told when what was held is written. */
  #unheld: (() => void)[] = [];
  /** How often appends had to wait because the journal was full. */
  heldCount = 0;

  constructor(path: AppendPath) {
    this.#path = path;
  }

  /** Appends the batch at `at`, which is changed in place; see `LogStore.submit`. */
  append(
    log: PartitionLog,
    buffer: Uint8Array,
    at: number,
    sizeBytes: number,
    leaderEpoch: number | null,
    done: OnAppended,
  ): void {
    this.#queue.push({ log, buffer, at, sizeBytes, leaderEpoch, done });
    this.#schedule();
  }

  /** While held, appends wait in the queue. */
  hold(held: boolean): void {
    if (held && !this.#held) this.heldCount++;
    this.#held = held;
    if (!held && this.#queue.length > 0) this.#schedule();
  }

  /** Resolves when all that was handed in is written: now, unless it is held. */
  async written(): Promise<void> {
    this.flush();
    if (this.#queue.length > 0) await new Promise<void>((done) => this.#unheld.push(done));
  }

  /** How many appends are to be written. */
  get waitingCount(): number {
    return this.#queue.length;
  }

  /** Writes what has gathered, now; what is held stays. */
  flush(): void {
    this.#scheduled = false;
    if (this.#held) return;
    const queue = this.#queue;
    this.#queue = [];
    for (let from = 0; from < queue.length; ) {
      let bytes = 0;
      let to = from;
      for (; to < queue.length && (bytes === 0 || bytes < this.#path.limits.groupBytes); to++) {
        bytes += queue[to]?.sizeBytes ?? 0;
      }
      const failure = this.#writeGroup(queue.slice(from, to));
      from = to;
      // Those behind it could pass, and then stand before what is sent again.
      if (failure) this.#reject(queue.splice(from), failure);
    }
    const unheld = this.#unheld;
    this.#unheld = [];
    for (const done of unheld) done();
    if (queue.length > 0) this.#path.written();
  }

  #schedule(): void {
    if (this.#scheduled || this.#held) return;
    this.#scheduled = true;
    this.#path.clock.atEndOfTurn(() => this.flush());
  }

  /** Writes a group, or as much of it as the disk takes; returns why that is not all. */
  #writeGroup(group: readonly Pending[]): StorageError | null {
    const groups = new Map<PartitionLog, LogGroup>();
    let failure: StorageError | null = null;
    const nowMs = this.#path.clock.nowMs();
    for (const pending of group) this.#place(pending, groups, nowMs);
    for (const logGroup of groups.values()) {
      const { durability } = logGroup.log.config;
      logGroup.direct = logGroup.bytes >= this.#path.limits.directBytes[durability];
      if (!logGroup.direct) continue;
      failure = this.#attempt([logGroup], groups, () => this.#writeDirect(logGroup)) ?? failure;
    }
    const written = [...groups.values()].filter(({ placed }) => placed.length > 0);
    if (written.length > 0) {
      failure = this.#attempt(written, groups, () => this.#writeFrame(written)) ?? failure;
    }
    this.#settle([...groups.values()]);
    return failure;
  }

  /** Refuses appends that have waited, after those before them. */
  #reject(appends: readonly Pending[], failure: StorageError): void {
    this.#path.commit.whenDurable((failed) => {
      for (const { done } of appends) done(failed ?? failure);
    });
  }

  /** Gives a batch its offset and place, unless it repeats or breaks its producer's sequence. */
  #place(pending: Pending, groups: Map<PartitionLog, LogGroup>, nowMs: number): void {
    const { log, buffer, at, sizeBytes } = pending;
    if (log.removed) {
      pending.done(new StorageError("removed", `${log.name} has been removed`));
      return;
    }
    let logGroup = groups.get(log);
    if (!logGroup) {
      logGroup = beginGroup(log);
      groups.set(log, logGroup);
    }
    const { leaderEpoch } = pending;
    if (leaderEpoch === null ? !follows(pending) : !isNext(pending, logGroup)) return;
    if (leaderEpoch !== null) stampBatch(buffer, at, log.endOffset, leaderEpoch);
    const baseOffset = offsetOf(buffer, at);
    const offsetCount = lastOffset(buffer, at) + 1 - log.endOffset;
    const segment = log.segmentFor(sizeBytes, offsetCount, nowMs);
    rememberProducer(logGroup, producerId(buffer, at));
    if (log.producers.admit(buffer, at, nowMs)) this.#path.newProducer();
    log.epochs.admit(partitionLeaderEpoch(buffer, at), baseOffset);
    const position = segment.admit(this.#path.disk, buffer, at, sizeBytes, nowMs);
    logGroup.placed.push({
      pending,
      segment,
      position,
      baseOffset,
      lastOffset: lastOffset(buffer, at),
    });
    logGroup.bytes += sizeBytes;
  }

  #writeDirect({ log, placed }: LogGroup): void {
    const { writer, commit } = this.#path;
    writer.drain(log);
    for (const batches of bySegment(placed)) {
      const [first] = batches;
      if (!first) continue;
      const { segment, position } = first;
      const chunks = chunksOf(batches, writer.slabs);
      writer.write(log, segment, chunks, position);
      if (log.config.durability === "memory") continue;
      commit.touch(segment.logPath, () => writer.syncFile(segment.logPath));
      for (const path of writer.dirtyFoldersOf(log)) {
        commit.touch(path, () => writer.syncFolder(path));
      }
    }
  }

  /** Writes the journal's frame for a group, and puts its small batches into their tails. */
  #writeFrame(groups: readonly LogGroup[]): void {
    const { journal, writer, changed } = this.#path;
    const { frame, runs } = groupFrame(groups, writer.slabs);
    journal.write(
      frame,
      groups.every(({ log }) => log.config.usesReserve === true),
    );
    for (const { log } of groups) {
      log.recorded = true;
      changed(log);
    }
    for (const { log, run } of runs) writer.push(log, run);
  }

  /**
   * Runs `write`. If the disk refuses, the logs are as before, their appends are rejected, and the
   * reason is returned.
   */
  #attempt(
    groups: readonly LogGroup[],
    all: Map<PartitionLog, LogGroup>,
    write: () => void,
  ): StorageError | null {
    try {
      write();
      return null;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const failure = writeRefusal(error);
      for (const { log, mark, producersBefore } of groups) {
        log.rewind(this.#path.disk, mark);
        for (const [id, state] of producersBefore ?? []) log.producers.restore(id, state);
        all.delete(log);
      }
      // What was written of it is taken back; that has to be durable, too.
      this.#path.commit.whenDurable((failed) => {
        for (const group of groups) rejectGroup(group, failed ?? failure);
      });
      this.#path.failed(failure);
      return failure;
    }
  }

  #settle(groups: readonly LogGroup[]): void {
    const safe = groups.filter(({ log }) => log.config.durability === "memory");
    for (const group of safe) settleGroup(group, "memory");
    const waiting = groups.filter(({ log }) => log.config.durability === "fsync");
    if (waiting.length === 0) return;
    const { journal, commit } = this.#path;
    const frameNumber = journal.lastFrame;
    commit.whenDurable((error) => {
      if (!error) journal.markSynced(frameNumber);
      for (const group of waiting) {
        if (error) rejectGroup(group, error);
        else settleGroup(group, "fsync");
      }
    });
    // The sync is under way: who copies the batches loses no time to it.
    for (const { log } of waiting) log.onWritten?.();
  }
}

/** Whether a batch is new and next from its producer; if not, it is answered here or noted. */
function isNext(pending: Pending, { repeated }: LogGroup): boolean {
  const { log, buffer, at, done } = pending;
  try {
    const first = log.producers.check(buffer, at);
    if (first) repeated.push({ pending, first });
    return first === null;
  } catch (error) {
    if (!(error instanceof SequenceError)) throw error;
    done(error);
    return false;
  }
}

/** Whether a batch from the log's leader stands behind all that the log has; if not, it is told. */
function follows({ log, buffer, at, done }: Pending): boolean {
  if (offsetOf(buffer, at) >= log.endOffset) return true;
  const what = `a copied batch begins at ${offsetOf(buffer, at)}`;
  done(new StorageError("out-of-range", `${log.name} ends at ${log.endOffset}, ${what}`));
  return false;
}
