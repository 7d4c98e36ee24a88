import {
  batchSizeBytes,
  isTransactional,
  maxTimestampMs,
  setLogAppendTime,
} from "../record/batch.ts";
import { type BatchFault, checkBatch } from "../record/check.ts";
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
    const bounds = `${to - from} bytes; max.message.bytes allows ${settings.maxMessageBytes}`;
    return new BrokerError("batch-too-large", `the record batch has ${bounds}`);
  }
  if (isTransactional(buffer, from)) {
    return new BrokerError("invalid-record", "transactions are not supported");
  }
  if (settings.logAppendTime) {
    setLogAppendTime(buffer, from, nowMs);
    return nowMs;
  }
  return timeFault(settings, maxTimestampMs(buffer, from), nowMs) ?? -1;
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
