import type { Disk } from "../platform/disk.ts";
import {
  baseOffset,
  batchSizeBytes,
  endOffsetOf,
  maxTimestampMs,
  recordCount,
} from "../record/batch.ts";
import type { Checkpointer } from "./checkpointer.ts";
import { makeDurableFolder } from "./durable-folder.ts";
import type { FileCache } from "./file-cache.ts";
import type { GroupCommit } from "./group-commit.ts";
import { digits20 } from "./layout.ts";
import { type ReadPath, readLog } from "./log-reader.ts";
import type { PartitionLog } from "./partition-log.ts";
import { removeSegment, type Segment, type SegmentState } from "./segment.ts";
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
  /** Writes the appends that have gathered. */
  readonly flush: () => void;
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

/** The batches at a log's end, and what is left of the segment that the first of them stands in. */
interface End {
  readonly endOffset: number;
  readonly chunks: readonly Uint8Array[];
  readonly segment: SegmentState;
}

/**
 * Cuts batches off the ends of logs, as a follower does with what its leader doesn't have. What is
 * cut is kept in a file of its own first. Nothing may be appended to the logs meanwhile.
 *
 * The cut has no entry in the journal: a checkpoint is made, which has the logs as they are after
 * it, and no batch is replayed over what is written behind the cut. The files aren't touched before
 * that, so that a crash leaves the logs as they were, or cut.
 */
export async function truncateLogs(
  path: TruncationPath,
  cuts: readonly { readonly log: PartitionLog; readonly offset: number }[],
): Promise<CutOff[]> {
  const { disk, files, writer, checkpointer } = path;
  const done: CutOff[] = [];
  const removed: Segment[] = [];
  path.flush();
  await path.commit.durable();
  for (const { log, offset } of cuts) {
    await log.changeSegments(async () => {
      const oldEndOffset = log.endOffset;
      if (log.removed || offset >= oldEndOffset) {
        done.push({ log, endOffset: oldEndOffset, oldEndOffset, path: null });
        return;
      }
      const end = await readEnd(path, log, Math.max(offset, log.startOffset));
      const kept = await keep(path, log, end);
      removed.push(...cutOff(path, log, end));
      done.push({ log, endOffset: end.endOffset, oldEndOffset, path: kept });
    });
  }
  if (done.every((cut) => cut.path === null)) return done;
  // One that is being made may have seen the logs before.
  await checkpointer.idle();
  await checkpointer.run();
  for (const segment of removed) removeSegment(disk, files, segment);
  for (const { log } of done) writer.dirtyFolders.add(log.directory);
  return done;
}

async function readEnd(path: TruncationPath, log: PartitionLog, offset: number): Promise<End> {
  path.writer.drain(log);
  const chunks: Uint8Array[] = [];
  let endOffset = offset;
  for (let next = offset; next < log.endOffset; ) {
    const read = await readLog(path.reading, log, next, log.endOffset, READ_BYTES);
    if (read.length === 0) break;
    for (const chunk of read) {
      if (chunks.length === 0) endOffset = Math.min(offset, baseOffset(chunk, 0));
      chunks.push(chunk);
      next = endOffsetOf(chunk);
    }
  }
  const segment = log.segmentOf(endOffset);
  if (!segment) throw new Error(`${log.name} has no segment at ${endOffset}`);
  const cutBytes = bytesBefore(chunks, segment.endOffset);
  const state = { ...segment.state(), endOffset, sizeBytes: segment.sizeBytes - cutBytes };
  const maxTimestampMs = await maxTimeOf(path, log, state);
  return { endOffset, chunks, segment: { ...state, maxTimestampMs } };
}

/** Writes what is to be cut to a file, and returns its path once it is durable. */
async function keep(
  { disk, cutDirectory }: TruncationPath,
  log: PartitionLog,
  { endOffset, chunks }: End,
): Promise<string> {
  await makeDurableFolder(disk, cutDirectory);
  const name = `${cutDirectory}/${log.name}.${digits20(endOffset)}`;
  let kept = `${name}.log`;
  for (let count = 2; disk.exists(kept); count++) kept = `${name}.${count}.log`;
  const file = disk.open(kept, "create");
  try {
    file.writeAll(chunks, 0);
    await file.sync();
  } finally {
    file.close();
  }
  await disk.syncDirectory(cutDirectory);
  return kept;
}

/** Lets a log end where `end` begins; returns the segments that it doesn't have any more. */
function cutOff({ disk, checkpointer }: TruncationPath, log: PartitionLog, end: End): Segment[] {
  const index = log.segments.findIndex(({ baseOffset: base }) => base === end.segment.baseOffset);
  const last = log.segments[index];
  if (!last) throw new Error(`${log.name} has lost a segment while it was cut`);
  last.rewind(disk, end.segment);
  if (last.file === "clean") last.file = "uncut";
  const { endOffset } = end;
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
  for (let offset = Math.max(from, log.startOffset); offset < endOffset; ) {
    const read = await readLog(path.reading, log, offset, endOffset, READ_BYTES);
    if (read.length === 0) break;
    for (const chunk of read) {
      for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
        if (recordCount(chunk, at) > 0) greatest = Math.max(greatest, maxTimestampMs(chunk, at));
      }
      offset = endOffsetOf(chunk);
    }
  }
  return greatest;
}

/** The bytes of those batches that begin before `offset`. */
function bytesBefore(chunks: readonly Uint8Array[], offset: number): number {
  let bytes = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
      if (baseOffset(chunk, at) < offset) bytes += batchSizeBytes(chunk, at);
    }
  }
  return bytes;
}
