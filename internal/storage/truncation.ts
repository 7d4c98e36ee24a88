import { type Disk, succeeds } from "../platform/disk.ts";
import {
  baseOffset,
  batchSizeBytes,
  endOffsetOf,
  maxTimestampMs,
  recordCount,
} from "../record/batch.ts";
import type { Checkpointer } from "./checkpointer.ts";
import { makeDurableFolder } from "./durable-folder.ts";
import { DamageError, StorageError } from "./errors.ts";
import type { GroupCommit } from "./group-commit.ts";
import { digits20 } from "./layout.ts";
import { type ReadPath, readLog } from "./log-reader.ts";
import type { PartitionLog } from "./partition-log.ts";
import { removeSegments } from "./recovery/remains.ts";
import type { DamagedRange } from "./segments/damaged-range.ts";
import type { FileCache } from "./segments/file-cache.ts";
import type { Segment, SegmentState } from "./segments/segment.ts";
import type { TailWriter } from "./tail-writer.ts";

const READ_BYTES = 1024 * 1024;

/** The parts of the storage that a cut goes through. */
export interface TruncationPath {
  readonly disk: Disk;
  readonly files: FileCache;
  readonly writer: TailWriter;
  readonly reading: ReadPath;
  readonly commit: GroupCommit;
  readonly checkpointer: Checkpointer;
  /** Where what was cut is kept. */
  readonly cutDirectory: string;
  /** Writes all appends that were handed in, also those that are held, and makes them durable. */
  readonly durable: () => Promise<void>;
}

/** What a log has lost. */
export interface CutOff {
  readonly log: PartitionLog;
  /** Where the log ends now: where the batch began that held the offset asked for. */
  readonly endOffset: number;
  /** Where it ended. */
  readonly oldEndOffset: number;
  /** The file that has the batches, as in a segment; null if there was nothing to cut. */
  readonly path: string | null;
}

/** Where a log is to end, what is left of the segment there, and where the rest is kept. */
interface End {
  readonly endOffset: number;
  readonly segment: SegmentState;
  readonly kept: string;
}

/**
 * Cuts batches off the ends of logs, as a follower does with what its leader doesn't have. What is
 * cut is kept in a file of its own first. Nothing may be appended to the logs meanwhile.
 *
 * The cut has no entry in the journal: a checkpoint is made, which has the logs as they are after
 * it, and no batch is replayed over what is written behind the cut. The files aren't touched before
 * that, so that a crash leaves the logs as they were, or cut.
 *
 * Resolves with what was cut, which ends before the first log that can't be: a cut that was made
 * has to be noted, whatever comes after it. Rejects if nothing was, with the error of that log.
 */
export async function truncateLogs(
  path: TruncationPath,
  cuts: readonly { readonly log: PartitionLog; readonly offset: number }[],
): Promise<CutOff[]> {
  const { files, writer, checkpointer } = path;
  const done: CutOff[] = [];
  await path.durable();
  for (const { log, offset } of cuts) {
    try {
      done.push(await truncateLog(path, log, offset));
    } catch (error) {
      if (done.every((cut) => cut.path === null)) throw error;
      break;
    }
  }
  if (done.every((cut) => cut.path === null)) return done;
  // One that is being made may have seen the logs before.
  await checkpointer.idle();
  try {
    await checkpointer.run();
  } catch (cause) {
    // What came behind the cut would be replayed behind what it has cut.
    const message = "a log was cut, which could not be noted; no more writes are taken; restart";
    path.commit.fail(new StorageError("failed", message, { cause }));
    throw cause;
  }
  for (const { log } of done) {
    const { cutSegments } = log;
    log.cutSegments = [];
    if (log.removed) continue; // its files are gone, and others may have their names
    removeSegments(files, log, cutSegments);
    writer.dirtyFolders.add(log.directory);
  }
  return done;
}

/** Cuts a log in memory; its files are as they were. */
function truncateLog(path: TruncationPath, log: PartitionLog, offset: number): Promise<CutOff> {
  return log.changeSegments(async () => {
    const oldEndOffset = log.endOffset;
    if (log.removed || offset >= oldEndOffset) {
      return { log, endOffset: oldEndOffset, oldEndOffset, path: null };
    }
    const end = await keepEnd(path, log, Math.max(offset, log.startOffset));
    log.cutSegments = cutOff(path, log, end);
    return { log, endOffset: end.endOffset, oldEndOffset, path: end.kept };
  });
}

/**
 * Writes what is to be cut to a file of its own, a piece at a time: a master that was away for long
 * may have taken more than fits into memory. What is damaged is left out: it is lost anyhow.
 */
async function keepEnd(path: TruncationPath, log: PartitionLog, offset: number): Promise<End> {
  path.writer.drain(log);
  const { disk, cutDirectory } = path;
  const endOffset = await cutPlace(path, log, offset);
  const segment = log.segmentOf(endOffset);
  if (!segment) throw new Error(`${log.name} has no segment at ${endOffset}`);
  await makeDurableFolder(disk, cutDirectory);
  const kept = freeName(disk, `${cutDirectory}/${log.name}.${digits20(endOffset)}`);
  const file = disk.open(kept, "create");
  let { sizeBytes } = segment;
  let keptBytes = 0;
  try {
    for await (const stretch of stretches(path, log, endOffset, log.endOffset)) {
      if (stretch instanceof Uint8Array) {
        file.writeAll([stretch], keptBytes);
        keptBytes += stretch.length;
        sizeBytes -= bytesBefore(stretch, segment.endOffset);
      } else if (stretch.path === segment.logPath) {
        sizeBytes -= stretch.endPosition - stretch.position;
      }
    }
    await file.sync();
  } catch (error) {
    // Whoever tries again on a full disk would fill it with these.
    succeeds(() => disk.remove(kept));
    throw error;
  } finally {
    file.close();
  }
  await disk.syncDirectory(cutDirectory);
  const state = { ...segment.state(), endOffset, sizeBytes };
  const maxTimestampMs = await maxTimeOf(path, log, state);
  return { endOffset, segment: { ...state, maxTimestampMs }, kept };
}

/** Where the batch begins, or the damage, that holds `offset`. */
async function cutPlace(path: TruncationPath, log: PartitionLog, offset: number): Promise<number> {
  for await (const stretch of stretches(path, log, offset, log.endOffset)) {
    const first = stretch instanceof Uint8Array ? baseOffset(stretch, 0) : stretch.fromOffset;
    return Math.min(offset, first);
  }
  return offset;
}

/** The batches of a log in pieces, and what can't be read between them. */
async function* stretches(
  path: TruncationPath,
  log: PartitionLog,
  from: number,
  end: number,
): AsyncGenerator<Uint8Array | DamagedRange> {
  for (let next = from; next < end; ) {
    const read = await readStretch(path, log, next, end);
    if (read.length === 0) return;
    for (const stretch of read) {
      yield stretch;
      next = stretch instanceof Uint8Array ? endOffsetOf(stretch) : stretch.toOffset;
    }
  }
}

async function readStretch(
  { reading }: TruncationPath,
  log: PartitionLog,
  from: number,
  end: number,
): Promise<readonly (Uint8Array | DamagedRange)[]> {
  try {
    return await readLog(reading, log, from, end, READ_BYTES);
  } catch (error) {
    if (error instanceof DamageError) return [error.range];
    throw error;
  }
}

function freeName(disk: Disk, name: string): string {
  let free = `${name}.log`;
  for (let count = 2; disk.exists(free); count++) free = `${name}.${count}.log`;
  return free;
}

/** Lets a log end where `end` begins; returns the segments that it doesn't have any more. */
function cutOff({ disk, checkpointer }: TruncationPath, log: PartitionLog, end: End): Segment[] {
  const index = log.segments.findIndex(({ baseOffset: base }) => base === end.segment.baseOffset);
  const last = log.segments[index];
  if (!last) throw new Error(`${log.name} has lost a segment while it was cut`);
  last.rewind(disk, end.segment);
  if (last.file === "clean") last.file = "uncut";
  const { endOffset } = end;
  log.cutCount++;
  log.producers.cutFrom(endOffset);
  log.epochs.cutFrom(endOffset);
  last.lastEpoch = last.sizeBytes > 0 ? log.epochs.last : -1;
  log.damage.cutFrom(endOffset);
  log.durableOffset = Math.min(log.durableOffset, endOffset);
  log.highWatermark = Math.min(log.highWatermark, endOffset);
  log.firstDirtyOffset = Math.min(log.firstDirtyOffset, endOffset);
  log.checkpointedOffset = Math.min(log.checkpointedOffset, endOffset);
  checkpointer.changed(log);
  return log.segments.splice(index + 1);
}

/** The greatest timestamp of the segment's batches that stay. */
async function maxTimeOf(
  path: TruncationPath,
  log: PartitionLog,
  { baseOffset: from, endOffset }: SegmentState,
): Promise<number> {
  let greatest = -1;
  const first = Math.max(from, log.startOffset);
  for await (const stretch of stretches(path, log, first, endOffset)) {
    if (!(stretch instanceof Uint8Array)) continue;
    for (let at = 0; at < stretch.length; at += batchSizeBytes(stretch, at)) {
      if (recordCount(stretch, at) > 0) greatest = Math.max(greatest, maxTimestampMs(stretch, at));
    }
  }
  return greatest;
}

/** The bytes of those batches that begin before `offset`. */
function bytesBefore(batches: Uint8Array, offset: number): number {
  let bytes = 0;
  for (let at = 0; at < batches.length; at += batchSizeBytes(batches, at)) {
    if (baseOffset(batches, at) < offset) bytes += batchSizeBytes(batches, at);
  }
  return bytes;
}
