import {
  batchSizeBytes,
  isTransactional,
  maxTimestampMs,
  setLogAppendTime,
} from "../record/batch.ts";
import { type BatchFault, checkBatch } from "../record/check.ts";
import { RecordError } from "../record/errors.ts";
import { recompress } from "../record/recompress.ts";
import { RecordReader } from "../record/records.ts";
import { MAX_EXPANDED_BYTES } from "../storage/limits.ts";
import { BrokerError, type BrokerErrorCode } from "./errors.ts";
import { UNLIMITED } from "./setting.ts";
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
  if (needsRecords(settings)) {
    const refusal = recordsFault(settings, buffer, from, nowMs);
    if (refusal) return refusal;
  }
  if (settings.logAppendTime) {
    setLogAppendTime(buffer, from, nowMs);
    return nowMs;
  }
  return timeFault(settings, maxTimestampMs(buffer, from), nowMs) ?? -1;
}

/** Whether a topic has rules that the header of a batch can't answer. */
function needsRecords({ compaction, logAppendTime, timestampBeforeMaxMs }: TopicSettings): boolean {
  return compaction !== undefined || (!logAppendTime && timestampBeforeMaxMs < UNLIMITED);
}

/** Why a batch's records are refused; null if they are fine. */
function recordsFault(
  settings: TopicSettings,
  buffer: Uint8Array,
  from: number,
  nowMs: number,
): BrokerError | null {
  try {
    const reader = new RecordReader(buffer, from, MAX_EXPANDED_BYTES);
    while (reader.next()) {
      if (settings.compaction && reader.keyFrom < 0) {
        const which = `the one at ${reader.offset} of the batch has none`;
        return new BrokerError("invalid-record", `a compacted topic's records need keys; ${which}`);
      }
      const fault = settings.logAppendTime ? null : timeFault(settings, reader.timestampMs, nowMs);
      if (fault) return fault;
    }
    return null;
  } catch (error) {
    return unreadable(error);
  }
}

/** The refusal of a batch whose records can't be read. */
function unreadable(error: unknown): BrokerError {
  if (!(error instanceof RecordError)) throw error;
  const code = error.code === "too-large" ? "batch-too-large" : "invalid-record";
  return new BrokerError(code, `the batch can't be opened: ${error.message}`, { cause: error });
}

function timeFault(
  settings: TopicSettings,
  timestampMs: number,
  nowMs: number,
): BrokerError | null {
  const { timestampBeforeMaxMs, timestampAfterMaxMs } = settings;
  if (timestampMs < 0) return null;
  const late = timestampMs < nowMs - timestampBeforeMaxMs;
  const early = timestampMs > nowMs + timestampAfterMaxMs;
  if (!late && !early) return null;
  if (late && timestampBeforeMaxMs >= UNLIMITED) return null;
  const setting = `message.timestamp.${late ? "before" : "after"}.max.ms`;
  const message = `the records' time ${timestampMs} is too far from ${nowMs} for ${setting}`;
  return new BrokerError("invalid-timestamp", message);
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
