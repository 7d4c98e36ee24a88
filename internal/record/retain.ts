/** Compaction of one batch: the same batch with fewer records. */
import {
  baseTimestampMs,
  batchSizeBytes,
  codecOf,
  computedCrc,
  deleteHorizonMs,
  recordCount,
  timestampType,
} from "./batch.ts";
import { int16At, putInt16, putInt32, putInt64 } from "./big-endian.ts";
import { compress } from "./compression.ts";
import { RecordError } from "./errors.ts";
import {
  ATTRIBUTES_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  CODEC_MASK,
  CRC_AT,
  DELETE_HORIZON_BIT,
  HEADER_BYTES,
  LEADER_EPOCH_AT,
  MAX_TIMESTAMP_AT,
  NO_TIMESTAMP,
  RECORD_COUNT_AT,
} from "./layout.ts";
import { append, newOutput, type Output, reserve, written } from "./output.ts";
import { RecordReader } from "./records.ts";
import { putVarint, readVarint, varintBytes } from "./varint.ts";

/** What compaction wants of a batch. */
export interface Retention {
  /** The most that compressed records may expand to. */
  readonly limitBytes: number;
  /** Whether a record stays. It may look at the reader, not move it, and is asked twice at most. */
  readonly keep: (record: RecordReader) => boolean;
  /**
   * The delete horizon for a batch that keeps tombstones (null values) and has none yet; null
   * leaves such a batch without.
   */
  readonly horizonMs: number | null;
}

/** Putting the horizon in the base timestamp's place must leave deltas that a varint can hold. */
const MAX_DELTA_MS = 2 ** 52;

/**
 * Copies a stored batch with only the records that stay. They keep their offsets and times, and
 * the batch its offsets, epochs, producer and codec: so the first and last sequence of a producer
 * can still be told, even from a batch without records, which is then not compressed.
 *
 * @returns the new batch, or undefined when nothing changes: the batch is then fine as it is
 * @throws RecordError when the batch's records cannot be read
 */
export function retainRecords(
  buf: Uint8Array,
  at: number,
  retention: Retention,
): Uint8Array | undefined {
  let baseMs = baseTimestampMs(buf, at);
  let kept = collect(buf, at, retention, 0);
  const { horizonMs } = retention;
  const decides = kept.tombstones && horizonMs !== null && deleteHorizonMs(buf, at) < 0;
  if (!decides && kept.count === recordCount(buf, at)) return undefined;
  if (decides) {
    kept = collect(buf, at, retention, baseMs - horizonMs);
    baseMs = horizonMs;
  }
  if (kept.count === 0) return emptyBatch(buf, at);

  const packed = compress(
    codecOf(buf, at) ?? "none",
    written(kept.records),
    0,
    kept.records.length,
  );
  const batch = new Uint8Array(HEADER_BYTES + packed.length);
  batch.set(buf.subarray(at, at + HEADER_BYTES));
  batch.set(packed, HEADER_BYTES);
  putInt32(batch, RECORD_COUNT_AT, kept.count);
  putInt64(batch, BASE_TIMESTAMP_AT, baseMs);
  if (decides) putInt16(batch, ATTRIBUTES_AT, int16At(batch, ATTRIBUTES_AT) | DELETE_HORIZON_BIT);
  if (timestampType(batch, 0) === "create") putInt64(batch, MAX_TIMESTAMP_AT, kept.maxTimestampMs);
  return sealed(batch);
}

/** The batch without any record, as Kafka leaves it: its greatest time tells its producer's. */
function emptyBatch(buf: Uint8Array, at: number): Uint8Array {
  const batch = buf.slice(at, at + HEADER_BYTES);
  const attributes = int16At(batch, ATTRIBUTES_AT) & ~CODEC_MASK & ~DELETE_HORIZON_BIT;
  putInt16(batch, ATTRIBUTES_AT, attributes);
  putInt64(batch, BASE_TIMESTAMP_AT, NO_TIMESTAMP);
  putInt32(batch, RECORD_COUNT_AT, 0);
  return sealed(batch);
}

/** Sets the length and, over all that the batch now is, the CRC. */
function sealed(batch: Uint8Array): Uint8Array {
  putInt32(batch, BATCH_LENGTH_AT, batch.length - LEADER_EPOCH_AT);
  putInt32(batch, CRC_AT, computedCrc(batch, 0));
  return batch;
}

interface Kept {
  readonly records: Output;
  readonly count: number;
  readonly maxTimestampMs: number;
  readonly tombstones: boolean;
}

/** Gathers the records that stay, their timestamp deltas shifted. */
function collect(buf: Uint8Array, at: number, retention: Retention, shiftMs: number): Kept {
  const { limitBytes, keep } = retention;
  const reader = new RecordReader(buf, at, limitBytes);
  const records = newOutput(batchSizeBytes(buf, at), Number.POSITIVE_INFINITY);
  let count = 0;
  let maxTimestampMs = NO_TIMESTAMP;
  let tombstones = false;
  while (reader.next()) {
    if (!keep(reader)) continue;
    if (shiftMs === 0) append(records, reader.bytes, reader.recordFrom, reader.recordTo);
    else appendShifted(records, reader, shiftMs);
    maxTimestampMs = Math.max(maxTimestampMs, reader.timestampMs);
    tombstones ||= reader.valueFrom < 0;
    count++;
  }
  return { records, count, maxTimestampMs, tombstones };
}

/** Appends a record: length, attributes and timestamp delta anew, the rest as it is. */
function appendShifted(records: Output, reader: RecordReader, shiftMs: number): void {
  const { bytes, recordFrom, recordTo } = reader;
  const input = { bytes, at: recordFrom, limit: recordTo };
  readVarint(input);
  const attributes = bytes[input.at++] ?? 0;
  const deltaMs = readVarint(input) + shiftMs;
  if (Math.abs(deltaMs) >= MAX_DELTA_MS) {
    throw new RecordError("bad-record", recordFrom, "a timestamp is too far from the present");
  }
  const bodyBytes = 1 + varintBytes(deltaMs) + recordTo - input.at;
  reserve(records, varintBytes(bodyBytes) + bodyBytes);
  records.length = putVarint(records.bytes, records.length, bodyBytes);
  records.bytes[records.length++] = attributes;
  records.length = putVarint(records.bytes, records.length, deltaMs);
  append(records, bytes, input.at, recordTo);
}
