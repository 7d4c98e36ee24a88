/** The codec of a batch, changed: its records stay the same bytes. */
import { batchSizeBytes, codecOf, computedCrc } from "./batch.ts";
import { int16At, putInt16, putInt32 } from "./big-endian.ts";
import { compress, decompress } from "./compression.ts";
import {
  ATTRIBUTES_AT,
  BATCH_LENGTH_AT,
  CODEC_MASK,
  CODECS,
  type Codec,
  CRC_AT,
  HEADER_BYTES,
  LEADER_EPOCH_AT,
} from "./layout.ts";

/**
 * Copies a checked batch with its records compressed by `codec`.
 *
 * @param limitBytes the most that compressed records may expand to
 * @returns the new batch, or undefined when the batch has that codec already
 * @throws RecordError "bad-compression", or "too-large"
 */
export function recompress(
  buf: Uint8Array,
  at: number,
  codec: Codec,
  limitBytes: number,
): Uint8Array | undefined {
  const before = codecOf(buf, at) ?? "none";
  if (before === codec) return undefined;
  const end = at + batchSizeBytes(buf, at);
  const records = decompress(before, buf, at + HEADER_BYTES, end, limitBytes);
  const packed = compress(codec, records, 0, records.length);
  const batch = new Uint8Array(HEADER_BYTES + packed.length);
  batch.set(buf.subarray(at, at + HEADER_BYTES));
  batch.set(packed, HEADER_BYTES);
  const attributes = (int16At(batch, ATTRIBUTES_AT) & ~CODEC_MASK) | CODECS.indexOf(codec);
  putInt16(batch, ATTRIBUTES_AT, attributes);
  putInt32(batch, BATCH_LENGTH_AT, batch.length - LEADER_EPOCH_AT);
  putInt32(batch, CRC_AT, computedCrc(batch, 0));
  return batch;
}
