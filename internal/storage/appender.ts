import type { Clock } from "../platform/clock.ts";
import { type Disk, DiskError } from "../platform/disk.ts";
import {
  lastOffset,
  lastOffsetDelta,
  partitionLeaderEpoch,
  producerId,
  stampBatch,
  storedCrc,
} from "../record/batch.ts";
import { copyBytes } from "../record/copy-bytes.ts";
import { SequenceError, StorageError, writeRefusal } from "./errors.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Journal } from "./journal.ts";
import { EntryKind, type Frame, makeFrame, putEntry } from "./journal-frame.ts";
import { createdEntry } from "./journal-records.ts";
import type { Durability, LogMark, PartitionLog } from "./partition-log.ts";
import type { ProducedBatch, ProducerState } from "./producers.ts";
import type { Segment } from "./segment.ts";
import type { TailWriter } from "./tail-writer.ts";

/** What became of an append, once it is as safe as its log's durability promises. */
export interface Appended {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly durability: Durability;
  /** The batch was there already: an idempotent producer sent it again. */
  readonly duplicate: boolean;
}

/** A turn is written in groups of at most so many bytes: it bounds a frame of the journal. */
const GROUP_BYTES = 4 * 1024 * 1024;
/**
 * A log that gets so much in one turn has it written straight to its segment, the journal only
 * learning where: writing it twice would cost more than syncing one more file.
 */
const DIRECT_BYTES: Readonly<Record<Durability, number>> = { fsync: 64 * 1024, memory: 16 * 1024 };

interface Pending {
  readonly log: PartitionLog;
  readonly buffer: Uint8Array;
  readonly at: number;
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

/** A batch that was given its place in this group. */
interface Placed {
  readonly pending: Pending;
  readonly segment: Segment;
  readonly position: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
}

/** A batch that was in the log before; its answer waits for the group, as the first one's may. */
interface Repeated {
  readonly pending: Pending;
  readonly first: ProducedBatch;
}

/** What one log gets in one group, and how to undo it. */
interface LogGroup {
  readonly log: PartitionLog;
  readonly mark: LogMark;
  readonly producersBefore: Map<number, ProducerState | undefined>;
  readonly placed: Placed[];
  readonly repeated: Repeated[];
  bytes: number;
  direct: boolean;
}

/** The parts of the storage that an append goes through. */
export interface AppendPath {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly journal: Journal;
  readonly commit: GroupCommit;
  readonly writer: TailWriter;
  readonly syncSegment: (path: string) => Promise<void>;
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

  constructor(path: AppendPath) {
    this.#path = path;
  }

  /** Appends the batch at `at`, which is changed in place; see `LogStore.append`. */
  append(
    log: PartitionLog,
    buffer: Uint8Array,
    at: number,
    sizeBytes: number,
    leaderEpoch: number,
  ): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ log, buffer, at, sizeBytes, leaderEpoch, resolve, reject });
      this.#schedule();
    });
  }

  /** While held, appends wait in the queue. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held && this.#queue.length > 0) this.#schedule();
  }

  /** Writes what has gathered, now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#held) return;
    const queue = this.#queue;
    this.#queue = [];
    for (let from = 0; from < queue.length; ) {
      let bytes = 0;
      let to = from;
      for (; to < queue.length && (bytes === 0 || bytes < GROUP_BYTES); to++) {
        bytes += queue[to]?.sizeBytes ?? 0;
      }
      this.#writeGroup(queue.slice(from, to));
      from = to;
    }
    if (queue.length > 0) this.#path.written();
  }

  #schedule(): void {
    if (this.#scheduled || this.#held) return;
    this.#scheduled = true;
    this.#path.clock.atEndOfTurn(() => this.flush());
  }

  #writeGroup(group: readonly Pending[]): void {
    const groups = new Map<PartitionLog, LogGroup>();
    for (const pending of group) this.#place(pending, groups);
    for (const logGroup of groups.values()) {
      logGroup.direct = logGroup.bytes >= DIRECT_BYTES[logGroup.log.config.durability];
      if (logGroup.direct) this.#attempt([logGroup], groups, () => this.#writeDirect(logGroup));
    }
    const written = [...groups.values()].filter(({ placed }) => placed.length > 0);
    if (written.length > 0) this.#attempt(written, groups, () => this.#writeFrame(written));
    this.#settle([...groups.values()]);
  }

  /** Gives a batch its offset and its place, unless it repeats or breaks its producer's sequence. */
  #place(pending: Pending, groups: Map<PartitionLog, LogGroup>): void {
    const { log, buffer, at, sizeBytes } = pending;
    if (log.removed) {
      pending.reject(new StorageError("removed", `${log.name} has been removed`));
      return;
    }
    const logGroup = groups.get(log) ?? beginGroup(log);
    groups.set(log, logGroup);
    try {
      const first = log.producers.check(buffer, at);
      if (first) logGroup.repeated.push({ pending, first });
      if (first) return;
    } catch (error) {
      if (!(error instanceof SequenceError)) throw error;
      pending.reject(error);
      return;
    }
    const nowMs = this.#path.clock.nowMs();
    const recordCount = lastOffsetDelta(buffer, at) + 1;
    const segment = log.segmentFor(sizeBytes, recordCount, nowMs);
    const baseOffset = log.endOffset;
    stampBatch(buffer, at, baseOffset, pending.leaderEpoch);
    const id = producerId(buffer, at);
    const { producersBefore } = logGroup;
    if (!producersBefore.has(id)) producersBefore.set(id, log.producers.get(id));
    log.producers.admit(buffer, at);
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
    const { writer, commit, syncSegment } = this.#path;
    writer.drain(log);
    for (let from = 0; from < placed.length; ) {
      const first = placed[from];
      if (!first) break;
      const { segment, position } = first;
      let to = from;
      while (placed[to]?.segment === segment) to++;
      const chunks = placed.slice(from, to).map(({ pending: { buffer, at, sizeBytes } }) => {
        return buffer.subarray(at, at + sizeBytes);
      });
      writer.write(log, segment, chunks, position);
      if (log.config.durability === "fsync") {
        commit.touch(segment.logPath, () => syncSegment(segment.logPath));
        for (const directory of writer.dirtyDirectories) {
          commit.touch(directory, () => this.#path.disk.syncDirectory(directory));
        }
      }
      from = to;
    }
  }

  /** Writes the journal's frame for all logs of the group; small batches are in their tails then. */
  #writeFrame(groups: readonly LogGroup[]): void {
    const fresh = groups.filter(({ log }) => !log.recorded).map(({ log }) => createdEntry(log));
    let entryCount = fresh.length;
    let payloadBytes = fresh.reduce((sum, { payload }) => sum + payload.length, 0);
    for (const { placed, bytes, direct } of groups) {
      entryCount += placed.length;
      if (!direct) payloadBytes += bytes;
    }
    const frame = makeFrame(entryCount, payloadBytes);
    let index = 0;
    let at = frame.headBytes;
    for (const { entry, payload } of fresh) {
      putEntry(frame, index++, entry);
      frame.bytes.set(payload, at);
      at += payload.length;
    }
    const places: number[] = [];
    for (const { placed, direct } of groups) {
      for (const batch of placed) {
        putEntry(frame, index++, batchEntry(batch, direct));
        if (direct) continue;
        places.push(at);
        at += copyBatch(frame, at, batch.pending);
      }
    }
    this.#path.journal.write(frame);
    this.#admitToTails(groups, frame, places);
  }

  #admitToTails(groups: readonly LogGroup[], frame: Frame, places: readonly number[]): void {
    const { writer, changed } = this.#path;
    let next = 0;
    for (const { log, placed, direct } of groups) {
      log.recorded = true;
      changed(log);
      if (direct) continue;
      for (const { segment, position, baseOffset, lastOffset, pending } of placed) {
        writer.push(log, {
          segment,
          position,
          baseOffset,
          endOffset: lastOffset + 1,
          buffer: frame.bytes,
          at: places[next++] ?? 0,
          sizeBytes: pending.sizeBytes,
        });
      }
    }
  }

  /** Runs `write`; if the disk refuses, the logs are as before and their appends are rejected. */
  #attempt(groups: readonly LogGroup[], all: Map<PartitionLog, LogGroup>, write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const failure = writeRefusal(error);
      for (const { log, mark, producersBefore, placed, repeated } of groups) {
        log.rewind(this.#path.disk, mark);
        for (const [id, state] of producersBefore) log.producers.restore(id, state);
        for (const { pending } of [...placed, ...repeated]) pending.reject(failure);
        all.delete(log);
      }
      this.#path.failed(failure);
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
        if (!error) settleGroup(group, "fsync");
        else for (const { pending } of [...group.placed, ...group.repeated]) pending.reject(error);
      }
    });
  }
}

function beginGroup(log: PartitionLog): LogGroup {
  const mark = log.mark();
  return {
    log,
    mark,
    producersBefore: new Map(),
    placed: [],
    repeated: [],
    bytes: 0,
    direct: false,
  };
}

function settleGroup({ log, placed, repeated }: LogGroup, durability: Durability): void {
  log.advance((placed.at(-1)?.lastOffset ?? -1) + 1);
  for (const { pending, first } of repeated) {
    const { baseOffset, lastOffset } = first;
    pending.resolve({ baseOffset, lastOffset, durability, duplicate: true });
  }
  for (const { pending, baseOffset, lastOffset } of placed) {
    pending.resolve({ baseOffset, lastOffset, durability, duplicate: false });
  }
}

function batchEntry({ pending, segment, position, baseOffset }: Placed, direct: boolean) {
  const { log, buffer, at, sizeBytes } = pending;
  return {
    kind: direct ? EntryKind.placedBatch : EntryKind.batch,
    logId: log.id,
    offset: baseOffset,
    segmentBase: segment.baseOffset,
    position,
    sizeBytes,
    leaderEpoch: partitionLeaderEpoch(buffer, at),
    crc: storedCrc(buffer, at),
  };
}

function copyBatch(frame: Frame, to: number, { buffer, at, sizeBytes }: Pending): number {
  copyBytes(buffer, at, at + sizeBytes, frame.bytes, to);
  return sizeBytes;
}
