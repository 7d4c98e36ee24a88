import { computedCrc } from "./batch.ts";
import { putInt16, putInt32, putInt64 } from "./big-endian.ts";
import {
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  CRC_AT,
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  MAGIC_AT,
  MAGIC_V2,
  MAX_TIMESTAMP_AT,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
} from "./layout.ts";

/** The last offset delta is an int32. */
const MAX_OFFSETS = 2 ** 31;

/**
 * A batch without records, as compaction leaves them, for the offsets `[fromOffset, toOffset)`: so
 * readers learn that there is nothing, and where the log goes on.
 */
export function gapBatch(fromOffset: number, toOffset: number, leaderEpoch: number): Uint8Array {
  const batch = new Uint8Array(HEADER_BYTES);
  putInt64(batch, BASE_OFFSET_AT, fromOffset);
  putInt32(batch, BATCH_LENGTH_AT, HEADER_BYTES - LEADER_EPOCH_AT);
  putInt32(batch, LEADER_EPOCH_AT, leaderEpoch);
  batch[MAGIC_AT] = MAGIC_V2;
  putInt32(batch, LAST_OFFSET_DELTA_AT, toOffset - fromOffset - 1);
  putInt64(batch, BASE_TIMESTAMP_AT, NO_TIMESTAMP);
  putInt64(batch, MAX_TIMESTAMP_AT, NO_TIMESTAMP);
  putInt64(batch, PRODUCER_ID_AT, NO_PRODUCER_ID);
  putInt16(batch, PRODUCER_EPOCH_AT, NO_PRODUCER_EPOCH);
  putInt32(batch, BASE_SEQUENCE_AT, NO_SEQUENCE);
  putInt32(batch, CRC_AT, computedCrc(batch, 0));
  return batch;
}

/** As many as it takes, since a batch has 2^31 offsets at most; none where none is missing. */
export function gapBatches(
  fromOffset: number,
  toOffset: number,
  leaderEpoch: number,
): Uint8Array[] {
  const batches: Uint8Array[] = [];
  for (let from = fromOffset; from < toOffset; from += MAX_OFFSETS) {
    batches.push(gapBatch(from, Math.min(toOffset, from + MAX_OFFSETS), leaderEpoch));
  }
  return batches;
}
