/**
 * Whether bytes from a stranger, from another broker or from disk are a record batch.
 *
 * Only the header and the checksum are looked at: the records inside may be compressed, and a
 * broker passes them on as they are. Whoever opens them (see records.ts) checks them then.
 */
import {
  baseOffset,
  baseSequence,
  baseTimestampMs,
  batchSizeBytes,
  codecOf,
  computedCrc,
  isControl,
  lastOffset,
  maxTimestampMs,
  producerId,
  recordCount,
  storedCrc,
  timestampType,
} from "./batch.ts";
import { HEADER_BYTES, MAGIC_AT, MAGIC_V2, NO_TIMESTAMP } from "./layout.ts";

/** Why bytes are not a batch that can be taken; the codes are stable. */
export type BatchFault =
  /** The bytes end before the header, or before the length that it tells. */
  | "truncated"
  /** The length field is too small for a header. */
  | "bad-length"
  /** A message set of format 0 or 1 (before Kafka 0.11). */
  | "old-magic"
  | "unknown-magic"
  | "bad-crc"
  | "unknown-codec"
  /** Negative, not safe as a number, not zero in a producer's batch, or not above the previous. */
  | "bad-offset"
  /** The record count does not fit to the range of offsets. */
  | "bad-count"
  | "bad-timestamp"
  /** A producer's batch that says that the broker set its timestamps. */
  | "log-append-time"
  /** A producer's batch that is a control batch: only brokers write those. */
  | "control-batch"
  /** A producer id without a sequence number, or one that is not safe as a number. */
  | "bad-sequence";

/**
 * Checks the batch that a producer sent, at `at` in bytes that end before `end`: the same rules
 * as Kafka's broker (LogValidator.validateBatch, UnifiedLog.analyzeAndValidateRecords), except
 * those that need the records. Bytes behind the batch are not looked at; compare
 * `batchSizeBytes` where exactly one batch is allowed.
 *
 * @returns undefined when the batch is good
 */
export function checkBatch(buf: Uint8Array, at: number, end: number): BatchFault | undefined {
  const fault = checkStoredBatch(buf, at, end);
  if (fault !== undefined) return fault;
  if (baseOffset(buf, at) !== 0) return "bad-offset";
  if (recordCount(buf, at) !== lastOffset(buf, at) + 1) return "bad-count";
  if (isControl(buf, at)) return "control-batch";
  if (timestampType(buf, at) === "log-append") return "log-append-time";
  if (baseTimestampMs(buf, at) < NO_TIMESTAMP) return "bad-timestamp";
  if (maxTimestampMs(buf, at) < NO_TIMESTAMP) return "bad-timestamp";
  if (producerId(buf, at) >= 0 && baseSequence(buf, at) < 0) return "bad-sequence";
  return undefined;
}

/**
 * Checks a batch that a broker wrote: on disk or from a leader. Looser than for a producer's:
 * compaction leaves fewer records than offsets (even none, to keep a producer's last sequence),
 * and control batches belong there.
 *
 * @returns undefined when the batch is good
 */
export function checkStoredBatch(buf: Uint8Array, at: number, end: number): BatchFault | undefined {
  if (end - at <= MAGIC_AT) return "truncated";
  const sizeBytes = batchSizeBytes(buf, at);
  if (sizeBytes <= MAGIC_AT) return "bad-length";
  const magic = buf[at + MAGIC_AT] ?? 0;
  if (magic !== MAGIC_V2) return magic < MAGIC_V2 ? "old-magic" : "unknown-magic";
  if (sizeBytes < HEADER_BYTES) return "bad-length";
  if (sizeBytes > end - at) return "truncated";
  if (storedCrc(buf, at) !== computedCrc(buf, at)) return "bad-crc";
  if (codecOf(buf, at) === undefined) return "unknown-codec";
  return checkNumbers(buf, at);
}

function checkNumbers(buf: Uint8Array, at: number): BatchFault | undefined {
  const first = baseOffset(buf, at);
  const last = lastOffset(buf, at);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return "bad-offset";
  if (first < 0 || last < first) return "bad-offset";
  const count = recordCount(buf, at);
  if (count < 0 || count > last - first + 1) return "bad-count";
  if (!Number.isSafeInteger(baseTimestampMs(buf, at))) return "bad-timestamp";
  if (!Number.isSafeInteger(maxTimestampMs(buf, at))) return "bad-timestamp";
  if (!Number.isSafeInteger(producerId(buf, at))) return "bad-sequence";
  return undefined;
}

/** What `scanBatches` found. */
export interface BatchScan {
  /** How many whole, good batches stand in a row. */
  readonly batches: number;
  /** Where the last good one ends. */
  readonly end: number;
  /**
   * Why the scan ended before `to`, or undefined when it came there. With "truncated" the next
   * batch may be good and only reach beyond `to`: read on, or, at the file's end, cut it off.
   */
  readonly fault: BatchFault | undefined;
}

/**
 * Walks over stored batches in a row, checking each of them and that offsets only go up.
 *
 * @param lastOffsetBefore the last offset of what stands before `from`; -1 when nothing does
 */
export function scanBatches(
  buf: Uint8Array,
  from: number,
  to: number,
  lastOffsetBefore = -1,
): BatchScan {
  let batches = 0;
  let at = from;
  let previous = lastOffsetBefore;
  while (at < to) {
    const fault = checkStoredBatch(buf, at, to);
    if (fault !== undefined) return { batches, end: at, fault };
    if (baseOffset(buf, at) <= previous) return { batches, end: at, fault: "bad-offset" };
    previous = lastOffset(buf, at);
    at += batchSizeBytes(buf, at);
    batches++;
  }
  return { batches, end: at, fault: undefined };
}
