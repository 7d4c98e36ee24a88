import { batchSizeBytes, isControl, lastOffset } from "../record/batch.ts";
import { type LogRecord, recordsOf } from "../record/records.ts";
import { MAX_EXPANDED_BYTES } from "../storage/limits.ts";
import type { Broker, FetchedPartition, Fetcher } from "./api.ts";
import { BrokerError } from "./errors.ts";
import { unreadable } from "./record-rules.ts";
import { unknownPartition, unknownTopic } from "./refusals.ts";

/** What is read at a time: at least one batch, and records of it up to some size. */
const MAX_POLL_BYTES = 128 * 1024;
const MAX_PIECE_BYTES = 256 * 1024;
/** What a record takes besides its bytes, about. */
const RECORD_BYTES = 64;

/** Nothing new for so long is told, too: then nothing has come. */
const MAX_WAIT_MS = 30_000;

/** A partition's first record that is there, the first that will be, or the one at an offset. */
export type ReadFrom = "earliest" | "latest" | number;

/** A partition that is read: the next record's offset, and the one to stop before. */
export interface RecordCursor {
  readonly topic: string;
  readonly partition: number;
  offset: number;
  /** null: goes on with what is written later. */
  readonly endOffset: number | null;
}

/** Some records that stand one behind the other in a partition. */
export interface FoundRecords {
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

/** What of a topic is to be read. */
export interface RecordsToRead {
  readonly topic: string;
  /** null: all that there are now. */
  readonly partition: number | null;
  /** One place for all partitions, or one for each. */
  readonly from: readonly ReadFrom[];
  /** Whether it ends with what is there now. */
  readonly ends: boolean;
}

/** Where partitions are read from. Throws `BrokerError` for what isn't there, or isn't here. */
export function cursorsOf(
  broker: Broker,
  { topic, partition: chosen, from, ends }: RecordsToRead,
): RecordCursor[] {
  const found = broker.topic(topic);
  if (found === undefined) throw unknownTopic(topic);
  const all = Array.from({ length: found.partitionCount }, (_, partition) => partition);
  const partitions = chosen === null ? all : [chosen];
  if (from.length !== 1 && from.length !== partitions.length) {
    const message = `${from.length} places for ${partitions.length} partitions`;
    throw new BrokerError("invalid-request", message);
  }
  checkCopies(broker, topic, partitions);
  return partitions.map((partition, index) => {
    const found = broker.partition(topic, partition);
    if (found === undefined) throw unknownPartition(topic, partition);
    const { logStartOffset, highWatermark, leader } = found;
    const place = from[index] ?? from[0] ?? "latest";
    const offset =
      place === "earliest" ? logStartOffset : place === "latest" ? highWatermark : place;
    // What a copy doesn't have yet may come.
    const isAhead = leader === broker.identity.brokerId && offset > found.logEndOffset;
    if (offset < logStartOffset || isAhead) {
      const has = `it has ${logStartOffset} to ${found.logEndOffset}`;
      throw new BrokerError(
        "offset-out-of-range",
        `${topic}-${partition} has no ${offset}; ${has}`,
      );
    }
    return { topic, partition, offset, endOffset: ends ? highWatermark : null };
  });
}

function checkCopies(broker: Broker, topic: string, partitions: readonly number[]): void {
  const { brokerId } = broker.identity;
  const places = partitions.map((index) => broker.partition(topic, index));
  const isHere = (replicas: readonly number[]): boolean => replicas.includes(brokerId);
  if (places.every((place) => place === undefined || isHere(place.replicas))) return;
  const brokers = new Set(
    places.flatMap((place) =>
      place === undefined ? [] : [isHere(place.replicas) ? brokerId : place.leader],
    ),
  );
  const message = `of ${topic}, read these partitions of broker ${[...brokers].join(", ")}`;
  throw new BrokerError("not-leader", message, { brokers: [...brokers] });
}

/**
 * Reads records as they come until all cursors are at their ends, or `gone`. What is yielded is
 * bounded, and read only when it is asked for: who can't go on holds no more than its cursors.
 * An empty list says that nothing has come for a while. Throws `BrokerError`.
 */
export async function* readRecords(
  broker: Broker,
  cursors: readonly RecordCursor[],
  gone: AbortSignal,
): AsyncGenerator<readonly FoundRecords[]> {
  const fetcher = broker.openFetcher();
  const stop = (): void => fetcher.close();
  gone.addEventListener("abort", stop);
  const left = new Map(cursors.map((cursor) => [cursor.partition, cursor]));
  try {
    for (const cursor of cursors) moveOn(fetcher, left, cursor);
    while (left.size > 0 && !gone.aborted) {
      const wait = { minBytes: 1, maxWaitMs: MAX_WAIT_MS, includeUnchanged: false };
      const fetched = await fetcher.poll({ ...wait, maxBytes: MAX_POLL_BYTES });
      if (gone.aborted) return;
      yield fetched.flatMap((each) => {
        const cursor = left.get(each.partition);
        if (cursor === undefined) return [];
        if (each.error !== null) throw each.error;
        const records = take(cursor, each);
        moveOn(fetcher, left, cursor);
        return records.length === 0 ? [] : [{ partition: each.partition, records }];
      });
    }
  } finally {
    gone.removeEventListener("abort", stop);
    fetcher.close();
  }
}

function moveOn(fetcher: Fetcher, left: Map<number, RecordCursor>, cursor: RecordCursor): void {
  const { topic, partition, offset, endOffset } = cursor;
  if (endOffset === null || offset < endOffset) {
    const maxBytes = MAX_POLL_BYTES;
    fetcher.watch({ topic, partition, offset, maxBytes, currentLeaderEpoch: -1 });
  } else {
    left.delete(partition);
    fetcher.unwatch(topic, partition);
  }
}

/** The next records of a cursor, which goes on behind them; maybe not all that were fetched. */
function take(cursor: RecordCursor, { records: pieces }: FetchedPartition): LogRecord[] {
  const bytes = joined(pieces);
  const taken: LogRecord[] = [];
  let room = MAX_PIECE_BYTES;
  try {
    for (let at = 0; at < bytes.length; at += batchSizeBytes(bytes, at)) {
      const records = isControl(bytes, at) ? [] : recordsOf(bytes, at, MAX_EXPANDED_BYTES);
      for (const record of records) {
        if (record.offset < cursor.offset) continue;
        if (room <= 0) return taken;
        if (cursor.endOffset !== null && record.offset >= cursor.endOffset) break;
        taken.push(record);
        room -= RECORD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
        cursor.offset = record.offset + 1;
      }
      cursor.offset = Math.max(cursor.offset, lastOffset(bytes, at) + 1);
    }
  } catch (error) {
    throw unreadable(error);
  }
  return taken;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
