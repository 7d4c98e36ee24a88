/**
 * The header of a record batch, read and patched where it lies: every function takes the buffer
 * and the position `at` which the batch starts, and makes no object.
 *
 * The readers trust their input: call them on bytes that `checkBatch` or `checkStoredBatch` has
 * passed. That check is also what makes every 64-bit field a safe integer.
 */
import { int16At, int32At, int64At, putInt16, putInt32, putInt64, uint32At } from "./big-endian.ts";
import { crc32c } from "./crc32c.ts";
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  CODEC_MASK,
  CODECS,
  CONTROL_BIT,
  type Codec,
  CRC_AT,
  DELETE_HORIZON_BIT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LOG_APPEND_TIME_BIT,
  MAX_TIMESTAMP_AT,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  TRANSACTIONAL_BIT,
} from "./layout.ts";

/** Whole size of the batch, header included; needs the first 12 bytes only. */
export function batchSizeBytes(buf: Uint8Array, at: number): number {
  return LEADER_EPOCH_AT + int32At(buf, at + BATCH_LENGTH_AT);
}

/** Offset of the first record; in a compacted batch, of the first that it once held. */
export function baseOffset(buf: Uint8Array, at: number): number {
  return int64At(buf, at + BASE_OFFSET_AT);
}

/** Offset of the last record, also when compaction has removed that record. */
export function lastOffset(buf: Uint8Array, at: number): number {
  return baseOffset(buf, at) + lastOffsetDelta(buf, at);
}

/** The offset behind the last of the whole batches that `buf` consists of; -1 for none. */
export function endOffsetOf(buf: Uint8Array): number {
  let end = -1;
  for (let at = 0; at < buf.length; at += batchSizeBytes(buf, at)) end = lastOffset(buf, at) + 1;
  return end;
}

/** How far the last offset is from the first. */
export function lastOffsetDelta(buf: Uint8Array, at: number): number {
  return int32At(buf, at + LAST_OFFSET_DELTA_AT);
}

/** Epoch of the leader that appended the batch. */
export function partitionLeaderEpoch(buf: Uint8Array, at: number): number {
  return int32At(buf, at + LEADER_EPOCH_AT);
}

/** How many records the batch holds; compaction may leave fewer than the offsets span. */
export function recordCount(buf: Uint8Array, at: number): number {
  return int32At(buf, at + RECORD_COUNT_AT);
}

/** What the records' timestamps are deltas to, or -1 for none. */
export function baseTimestampMs(buf: Uint8Array, at: number): number {
  return int64At(buf, at + BASE_TIMESTAMP_AT);
}

/**
 * From when on compaction may drop the batch's tombstones, or -1 while that isn't decided. The
 * horizon has the place of the base timestamp, so that the format has no new field (KIP-534).
 */
export function deleteHorizonMs(buf: Uint8Array, at: number): number {
  const decided = (attributes(buf, at) & DELETE_HORIZON_BIT) !== 0;
  return decided ? baseTimestampMs(buf, at) : NO_TIMESTAMP;
}

/** Highest timestamp of the records (or the append time), or -1 for none. */
export function maxTimestampMs(buf: Uint8Array, at: number): number {
  return int64At(buf, at + MAX_TIMESTAMP_AT);
}

/** Id of the idempotent producer, or -1 when the producer is not idempotent. */
export function producerId(buf: Uint8Array, at: number): number {
  return int64At(buf, at + PRODUCER_ID_AT);
}

/** The epoch of the producer's present life; -1 for none. */
export function producerEpoch(buf: Uint8Array, at: number): number {
  return int16At(buf, at + PRODUCER_EPOCH_AT);
}

/** Sequence number of the first record, or -1. Sequences wrap from 2^31-1 to 0. */
export function baseSequence(buf: Uint8Array, at: number): number {
  return int32At(buf, at + BASE_SEQUENCE_AT);
}

/** The codec of the records, or undefined for a codec number that Kafka has not assigned. */
export function codecOf(buf: Uint8Array, at: number): Codec | undefined {
  return CODECS[attributes(buf, at) & CODEC_MASK];
}

/** Whether the batch is part of a transaction. */
export function isTransactional(buf: Uint8Array, at: number): boolean {
  return (attributes(buf, at) & TRANSACTIONAL_BIT) !== 0;
}

/** Whether the batch holds a transaction marker or another control record instead of data. */
export function isControl(buf: Uint8Array, at: number): boolean {
  return (attributes(buf, at) & CONTROL_BIT) !== 0;
}

/** Whose clock the timestamps are from: each record's producer, or the broker at the append. */
export function timestampType(buf: Uint8Array, at: number): "create" | "log-append" {
  return (attributes(buf, at) & LOG_APPEND_TIME_BIT) === 0 ? "create" : "log-append";
}

/** The CRC-32C that the batch carries. */
export function storedCrc(buf: Uint8Array, at: number): number {
  return uint32At(buf, at + CRC_AT);
}

/** The CRC-32C of the batch's bytes as they are. */
export function computedCrc(buf: Uint8Array, at: number): number {
  return crc32c(buf, at + ATTRIBUTES_AT, at + batchSizeBytes(buf, at));
}

/** Gives a batch its place in the log, in place. The CRC does not cover these fields. */
export function stampBatch(
  buf: Uint8Array,
  at: number,
  baseOffset: number,
  leaderEpoch: number,
): void {
  putInt64(buf, at + BASE_OFFSET_AT, baseOffset);
  putInt32(buf, at + LEADER_EPOCH_AT, leaderEpoch);
}

/**
 * Gives all records of the batch the broker's time, in place, and sets the CRC anew: readers
 * then take the header's maximum timestamp for every record (KIP-32).
 */
export function setLogAppendTime(buf: Uint8Array, at: number, timestampMs: number): void {
  putInt16(buf, at + ATTRIBUTES_AT, attributes(buf, at) | LOG_APPEND_TIME_BIT);
  putInt64(buf, at + MAX_TIMESTAMP_AT, timestampMs);
  putInt32(buf, at + CRC_AT, computedCrc(buf, at));
}

/**
 * Takes the producer's id and sequence out of the batch, in place, and sets the CRC anew: whoever
 * has that id now is somebody else.
 */
export function clearProducer(buf: Uint8Array, at: number): void {
  putInt64(buf, at + PRODUCER_ID_AT, NO_PRODUCER_ID);
  putInt16(buf, at + PRODUCER_EPOCH_AT, NO_PRODUCER_EPOCH);
  putInt32(buf, at + BASE_SEQUENCE_AT, NO_SEQUENCE);
  putInt32(buf, at + CRC_AT, computedCrc(buf, at));
}

function attributes(buf: Uint8Array, at: number): number {
  return int16At(buf, at + ATTRIBUTES_AT);
}
