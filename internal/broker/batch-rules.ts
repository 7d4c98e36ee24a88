import { batchSizeBytes, isTransactional, setLogAppendTime } from "../record/batch.ts";
import { type BatchFault, checkBatch } from "../record/check.ts";
import { recompress } from "../record/recompress.ts";
import { MAX_EXPANDED_BYTES } from "../storage/limits.ts";
import { BrokerError, type BrokerErrorCode } from "./errors.ts";
import { recordRefusal, unreadable } from "./record-rules.ts";
import type { TopicSettings } from "./topic-settings.ts";

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
