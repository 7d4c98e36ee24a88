import {
  baseOffset,
  batchSizeBytes,
  clearProducer,
  isControl,
  isTransactional,
  lastOffset,
  producerId,
  setLogAppendTime,
  stampBatch,
} from "../record/batch.ts";
import { type BatchFault, checkBatch, checkStoredBatch } from "../record/check.ts";
import { NO_PRODUCER_ID } from "../record/layout.ts";
import { recompress } from "../record/recompress.ts";
import { MAX_EXPANDED_BYTES } from "../storage/limits.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import { BrokerError, type BrokerErrorCode } from "./errors.ts";
import { recordRefusal, unreadable } from "./record-rules.ts";
import type { TopicSettings } from "./settings/topic-settings.ts";

const FAULT_CODES: Readonly<Record<BatchFault, BrokerErrorCode>> = {
  truncated: "corrupt-batch",
  "bad-length": "corrupt-batch",
  "old-magic": "unsupported-batch-format",
  "unknown-magic": "unsupported-batch-format",
  "bad-crc": "corrupt-batch",
  "unknown-codec": "unsupported-codec",
  "bad-offset": "invalid-record",
  "bad-count": "invalid-record",
  "bad-timestamp": "invalid-timestamp",
  "log-append-time": "invalid-timestamp",
  "control-batch": "invalid-record",
  "bad-sequence": "invalid-record",
};

/**
 * Checks the one batch that a producer sent, by the rules of record batches and of its topic, and
 * gives it the broker's time where the topic asks for that.
 *
 * Returns that time, -1 where the producer's stays, or why the batch is refused.
 */
export function admitBatch(
  settings: TopicSettings,
  buffer: Uint8Array,
  from: number,
  to: number,
  nowMs: number,
): number | BrokerError {
  const fault = checkBatch(buffer, from, to);
  if (fault) {
    return new BrokerError(FAULT_CODES[fault], `the record batch is not valid: ${fault}`);
  }
  if (batchSizeBytes(buffer, from) !== to - from) {
    return new BrokerError("invalid-record", "one record batch may be sent at a time, not more");
  }
  if (to - from > settings.maxMessageBytes) {
    return tooLarge(to - from, settings.maxMessageBytes);
  }
  if (isTransactional(buffer, from)) {
    return new BrokerError("invalid-record", "transactions are not supported");
  }
  const refusal = recordRefusal(settings, buffer, from, nowMs);
  if (refusal) return refusal;
  if (!settings.logAppendTime) return -1;
  setLogAppendTime(buffer, from, nowMs);
  return nowMs;
}

/** Offsets that may be left out before a batch that is put back, those of the batch included. */
const MAX_LEFT_OUT = 2 ** 31;

/**
 * Checks the one batch that somebody puts back who has copied it from a log, and takes out of it
 * what would be wrong in this one: its producer and its leadership. Offsets, records, times and
 * compression stay, whatever the topic's settings ask of new records.
 */
export function admitRestored(
  { name, endOffset }: Pick<PartitionLog, "name" | "endOffset">,
  leaderEpoch: number,
  buffer: Uint8Array,
  from: number,
  to: number,
): BrokerError | null {
  const fault = checkStoredBatch(buffer, from, to);
  if (fault) return new BrokerError(FAULT_CODES[fault], `the record batch is not valid: ${fault}`);
  if (batchSizeBytes(buffer, from) !== to - from) {
    return new BrokerError("invalid-record", "one record batch may be sent at a time, not more");
  }
  if (isTransactional(buffer, from) || isControl(buffer, from)) {
    return new BrokerError("invalid-record", "transactions are not supported");
  }
  const offset = baseOffset(buffer, from);
  if (offset < endOffset) {
    const message = `${name} has records up to ${endOffset}: a batch can't begin at ${offset}`;
    return new BrokerError("offset-out-of-range", message);
  }
  if (lastOffset(buffer, from) + 1 - endOffset > MAX_LEFT_OUT) {
    const message = `a batch at ${offset} leaves out too many offsets behind ${endOffset}`;
    return new BrokerError("offset-out-of-range", message);
  }
  if (producerId(buffer, from) !== NO_PRODUCER_ID) clearProducer(buffer, from);
  stampBatch(buffer, from, offset, leaderEpoch);
  return null;
}

/**
 * The admitted batch at `from`, compressed as its topic asks for; null if it is so already, else
 * a new one, or why it is refused.
 */
export function recompressed(
  { codec, maxMessageBytes }: TopicSettings,
  buffer: Uint8Array,
  from: number,
): Uint8Array | BrokerError | null {
  if (codec === null) return null;
  try {
    const batch = recompress(buffer, from, codec, MAX_EXPANDED_BYTES) ?? null;
    return batch && batch.length > maxMessageBytes
      ? tooLarge(batch.length, maxMessageBytes)
      : batch;
  } catch (error) {
    return unreadable(error);
  }
}

function tooLarge(sizeBytes: number, maxMessageBytes: number): BrokerError {
  const bounds = `${sizeBytes} bytes; max.message.bytes allows ${maxMessageBytes}`;
  return new BrokerError("batch-too-large", `the record batch has ${bounds}`);
}
