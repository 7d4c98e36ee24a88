/** Compaction of one batch: the same batch with fewer records. */
import { batchSizeBytes, codecOf, computedCrc, recordCount, timestampType } from "./batch.ts";
import { int16At, putInt16, putInt32, putInt64 } from "./big-endian.ts";
import { compress } from "./compression.ts";
import {
  ATTRIBUTES_AT,
  BATCH_LENGTH_AT,
  CODEC_MASK,
  CRC_AT,
  HEADER_BYTES,
  LEADER_EPOCH_AT,
  MAX_TIMESTAMP_AT,
  NO_TIMESTAMP,
  RECORD_COUNT_AT,
} from "./layout.ts";
import { append, newOutput, written } from "./output.ts";
import { RecordReader } from "./records.ts";

/**
 * Copies a stored batch with only the records that `keep` says yes to; it may look at the reader
 * and must not move it. The records keep their offsets, and the batch its offsets, epochs, base
 * timestamp, producer and codec: so the first and last sequence of a producer can still be told,
 * even from a batch without records, which is then not compressed.
 *
 * @param limitBytes the most that compressed records may expand to
 * @returns the smaller batch, or undefined when every record stays: the batch is then fine as it is
 * @throws RecordError when the batch's records cannot be read
 */
export function retainRecords(
  buf: Uint8Array,
  at: number,
  limitBytes: number,
  keep: (record: RecordReader) => boolean,
): Uint8Array | undefined {
  const reader = new RecordReader(buf, at, limitBytes);
  const records = newOutput(batchSizeBytes(buf, at), Number.POSITIVE_INFINITY);
  let count = 0;
  let maxTimestampMs = NO_TIMESTAMP;
  while (reader.next()) {
    if (!keep(reader)) continue;
    append(records, reader.bytes, reader.recordFrom, reader.recordTo);
    maxTimestampMs = Math.max(maxTimestampMs, reader.timestampMs);
    count++;
  }
  if (count === recordCount(buf, at)) return undefined;

  const codec = count === 0 ? "none" : (codecOf(buf, at) ?? "none");
  const packed = compress(codec, written(records), 0, records.length);
  const batch = new Uint8Array(HEADER_BYTES + packed.length);
  batch.set(buf.subarray(at, at + HEADER_BYTES));
  batch.set(packed, HEADER_BYTES);
  putInt32(batch, BATCH_LENGTH_AT, batch.length - LEADER_EPOCH_AT);
  putInt32(batch, RECORD_COUNT_AT, count);
  if (count === 0) putInt16(batch, ATTRIBUTES_AT, int16At(batch, ATTRIBUTES_AT) & ~CODEC_MASK);
  else if (timestampType(batch, 0) === "create") {
    putInt64(batch, MAX_TIMESTAMP_AT, maxTimestampMs);
  }
  putInt32(batch, CRC_AT, computedCrc(batch, 0));
  return batch;
}
