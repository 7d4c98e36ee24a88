import { copyBytes } from "../platform/copy-bytes.ts";
import { lastOffsetDelta, partitionLeaderEpoch, storedCrc } from "../record/batch.ts";
import { HEADER_BYTES, NO_PRODUCER_ID } from "../record/layout.ts";
import type { SequenceError, StorageError } from "./errors.ts";
import {
  EntryKind,
  type Frame,
  frameBytes,
  headersAt,
  makeFrame,
  putEntry,
} from "./journal/journal-frame.ts";
import { createdEntry } from "./journal/journal-records.ts";
import type { Durability, LogMark, PartitionLog } from "./partition-log.ts";
import type { ProducedBatch, ProducerState } from "./producers.ts";
import type { Segment } from "./segments/segment.ts";
import type { FrameMemory, Slabs } from "./slabs.ts";
import type { TailRun } from "./tail.ts";

/** Batches of so many bytes together are copied to be written in one piece. */
const JOINED_BYTES = 64 * 1024;

/** What became of an append, once it is as safe as its log's durability promises. */
export interface Appended {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly durability: Durability;
  /** The batch was there already: an idempotent producer sent it again. */
  readonly duplicate: boolean;
}

/** Told once what became of an append; with an error, the batch isn't in the log, or may not be. */
export type OnAppended = (outcome: Appended | StorageError | SequenceError) => void;

/** An append that waits for its turn to end. */
export interface Pending {
  readonly log: PartitionLog;
  readonly buffer: Uint8Array;
  readonly at: number;
  readonly sizeBytes: number;
  /** What the batch is stamped with; null: it has its offset and epoch from its leader. */
  readonly leaderEpoch: number | null;
  readonly done: OnAppended;
}

/** A batch that was given its place in this group. */
export interface Placed {
  readonly pending: Pending;
  readonly segment: Segment;
  readonly position: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
}

/** A batch that was in the log before; its answer waits for the group, as the first one's may. */
export interface Repeated {
  readonly pending: Pending;
  readonly first: ProducedBatch;
}

/** What one log gets in one group, and how to undo it. */
export interface LogGroup {
  readonly log: PartitionLog;
  readonly mark: LogMark;
  /** How the idempotent producers were whose batches are in it; null for none. */
  producersBefore: Map<number, ProducerState | undefined> | null;
  readonly placed: Placed[];
  readonly repeated: Repeated[];
  bytes: number;
  direct: boolean;
}

/** A log's part of a group, with nothing in it yet. */
export function beginGroup(log: PartitionLog): LogGroup {
  const mark = log.mark();
  return {
    log,
    mark,
    producersBefore: null,
    placed: [],
    repeated: [],
    bytes: 0,
    direct: false,
  };
}

/** Notes how a producer is before a batch of it is admitted, to undo that. */
export function rememberProducer(group: LogGroup, id: number): void {
  if (id === NO_PRODUCER_ID) return;
  group.producersBefore ??= new Map();
  const { log, producersBefore } = group;
  if (!producersBefore.has(id)) producersBefore.set(id, log.producers.get(id));
}

/** Tells a log's readers and writers that its part of a group is as safe as promised. */
export function settleGroup({ log, placed, repeated }: LogGroup, durability: Durability): void {
  log.advance((placed.at(-1)?.lastOffset ?? -1) + 1);
  for (const { pending, first } of repeated) {
    const { baseOffset, lastOffset } = first;
    pending.done({ baseOffset, lastOffset, durability, duplicate: true });
  }
  for (const { pending, baseOffset, lastOffset } of placed) {
    pending.done({ baseOffset, lastOffset, durability, duplicate: false });
  }
}

/** Tells a log's writers that its part of a group was not written, or may not have been. */
export function rejectGroup({ placed, repeated }: LogGroup, error: StorageError): void {
  for (const { pending } of placed) pending.done(error);
  for (const { pending } of repeated) pending.done(error);
}

/** A group as a frame of the journal, and what logs get of it into their tails. */
export interface GroupFrame {
  readonly frame: Frame;
  readonly runs: readonly { readonly log: PartitionLog; readonly run: TailRun }[];
}

/** Makes the frame for a group: logs that are new, then their batches, of large ones the header. */
export function groupFrame(groups: readonly LogGroup[], slabs: Slabs): GroupFrame {
  const fresh = groups.filter(({ log }) => !log.recorded).map(({ log }) => createdEntry(log));
  let entryCount = fresh.length;
  let payloadBytes = fresh.reduce((sum, { payload }) => sum + payload.length, 0);
  let headerCount = 0;
  for (const { placed, bytes, direct } of groups) {
    entryCount += placed.length;
    if (direct) headerCount += placed.length;
    else payloadBytes += bytes;
  }
  const size = { entryCount, headerCount, payloadBytes };
  const { slab, bytes: memory } = slabs.take(frameBytes(size));
  const frame = makeFrame(size, memory);
  let index = 0;
  let headerAt = headersAt(entryCount);
  let at = frame.headBytes;
  for (const { entry, payload } of fresh) {
    putEntry(frame, index++, entry);
    frame.bytes.set(payload, at);
    at += payload.length;
  }
  const runs: { log: PartitionLog; run: TailRun }[] = [];
  for (const { log, placed, direct } of groups) {
    for (const batch of placed) putEntry(frame, index++, batchEntry(batch, direct));
    if (direct) headerAt = copyHeaders(placed, memory, headerAt);
    if (direct) continue;
    for (const batches of bySegment(placed)) {
      const run = copyRun(batches, { slab, bytes: memory }, at);
      runs.push({ log, run });
      at += run.sizeBytes;
    }
  }
  return { frame, runs };
}

/** The batches of one log, those of each segment by themselves. */
export function bySegment(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  if (placed[0]?.segment === placed.at(-1)?.segment) return [placed];
  const rows: Placed[][] = [];
  for (const batch of placed) {
    const row = rows.at(-1);
    if (row?.[0]?.segment === batch.segment) row.push(batch);
    else rows.push([batch]);
  }
  return rows;
}

/**
 * The bytes of batches that follow each other in one segment, to be written now. Small ones are
 * copied together, as a view of each would cost more.
 */
export function chunksOf(batches: readonly Placed[], slabs: Slabs): readonly Uint8Array[] {
  const sizeBytes = batches.reduce((sum, { pending }) => sum + pending.sizeBytes, 0);
  if (batches.length > 1 && sizeBytes <= JOINED_BYTES) {
    const memory = slabs.take(sizeBytes);
    copyRun(batches, memory, 0);
    return [memory.bytes];
  }
  return batches.map(({ pending: { buffer, at, sizeBytes: size } }) =>
    buffer.subarray(at, at + size),
  );
}

/** Copies batches that follow each other in one segment to `to` in a frame's memory. */
function copyRun(batches: readonly Placed[], { slab, bytes }: FrameMemory, to: number): TailRun {
  const [first] = batches;
  if (!first) throw new Error("a run has a batch");
  let end = to;
  for (const { pending } of batches) {
    const { buffer, at, sizeBytes } = pending;
    copyBytes(buffer, at, at + sizeBytes, bytes, end);
    end += sizeBytes;
  }
  const { segment, position, baseOffset } = first;
  const endOffset = (batches.at(-1)?.lastOffset ?? baseOffset) + 1;
  return { segment, position, baseOffset, endOffset, slab, bytes, at: to, sizeBytes: end - to };
}

/** Copies the headers of batches to `to` in a frame's memory; returns where they end there. */
function copyHeaders(batches: readonly Placed[], bytes: Uint8Array, to: number): number {
  let end = to;
  for (const { pending } of batches) {
    copyBytes(pending.buffer, pending.at, pending.at + HEADER_BYTES, bytes, end);
    end += HEADER_BYTES;
  }
  return end;
}

function batchEntry({ pending, segment, position, baseOffset }: Placed, direct: boolean) {
  const { log, buffer, at, sizeBytes } = pending;
  return {
    kind: entryKind(log, direct),
    logId: log.id,
    offset: baseOffset,
    segmentBase: segment.baseOffset,
    position,
    sizeBytes,
    leaderEpoch: partitionLeaderEpoch(buffer, at),
    crc: storedCrc(buffer, at),
    lastOffsetDelta: lastOffsetDelta(buffer, at),
  };
}

function entryKind({ config }: PartitionLog, direct: boolean): EntryKind {
  if (!direct) return EntryKind.batch;
  return config.durability === "fsync" ? EntryKind.placedBatch : EntryKind.unsyncedBatch;
}
