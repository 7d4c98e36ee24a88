import { baseOffset, maxTimestampMs, recordCount } from "../../record/batch.ts";
import { crc32c } from "../../record/crc32c.ts";
import { OffsetIndex, TimeIndex } from "./sparse-index.ts";

/** An index entry is made for the first batch so far behind the last entry's (as in Kafka). */
const INDEX_INTERVAL_BYTES = 4096;

/** Both indexes of a segment. */
export interface Indexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
  /**
   * False when the files were not what had been saved: then the entries for what was in the
   * segment before are missing, until someone reads it and makes them anew.
   */
  readonly whole: boolean;
}

/** How much of a segment's indexes its files hold, and the CRC-32C of that. */
export interface SavedIndexes {
  readonly offsets: number;
  readonly offsetsCrc: number;
  readonly times: number;
  readonly timesCrc: number;
}

/** Of a segment whose indexes were never saved. */
export const NOTHING_SAVED: SavedIndexes = { offsets: 0, offsetsCrc: 0, times: 0, timesCrc: 0 };

/** What files hold that have all of these indexes. */
export function savedOf({ offsets, times }: Indexes): SavedIndexes {
  const [offsetBytes, timeBytes] = [offsets.encode(0), times.encode(0)];
  return {
    offsets: offsets.length,
    offsetsCrc: crc32c(offsetBytes, 0, offsetBytes.length),
    times: times.length,
    timesCrc: crc32c(timeBytes, 0, timeBytes.length),
  };
}

/** Indexes without an entry. */
export function emptyIndexes(whole: boolean): Indexes {
  return { offsets: new OffsetIndex(), times: new TimeIndex(), whole };
}

/**
 * Makes the entries for the batch at `at`, if it is due, which stands at `position` of the segment
 * that begins with `segmentBase`. No record before it is later than `maxTimestampBefore`.
 */
export function indexBatch(
  { offsets, times }: Indexes,
  segmentBase: number,
  position: number,
  maxTimestampBefore: number,
  bytes: Uint8Array,
  at: number,
): void {
  if (position - offsets.lastPosition < INDEX_INTERVAL_BYTES) return;
  const relativeBase = baseOffset(bytes, at) - segmentBase;
  offsets.add(relativeBase, position);
  if (maxTimestampBefore >= 0) times.add(maxTimestampBefore, relativeBase);
}

/** The greatest timestamp of records, with those of the batch at `at`. */
export function laterTimestamp(maxTimestampBefore: number, bytes: Uint8Array, at: number): number {
  // A batch that compaction has emptied still tells the time of what it had.
  if (recordCount(bytes, at) === 0) return maxTimestampBefore;
  return Math.max(maxTimestampBefore, maxTimestampMs(bytes, at));
}

/** Adds to `rebuilt` what `grown` has gained behind the segment's first `sizeBytes`. */
export function addBehind(
  rebuilt: Indexes,
  grown: Indexes,
  sizeBytes: number,
  endOffset: number,
): void {
  const { offsets, times } = grown;
  for (let i = 0; i < offsets.length; i++) {
    if (offsets.positionAt(i) < sizeBytes) continue;
    rebuilt.offsets.add(offsets.offsetAt(i), offsets.positionAt(i));
  }
  for (let i = 0; i < times.length; i++) {
    if (times.offsetAt(i) >= endOffset) rebuilt.times.add(times.timestampAt(i), times.offsetAt(i));
  }
}
