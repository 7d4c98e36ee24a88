import { maxTimestampMs } from "../record/batch.ts";
import { RecordError } from "../record/errors.ts";
import { RecordReader } from "../record/records.ts";
import { MAX_EXPANDED_BYTES } from "../storage/limits.ts";
import { BrokerError, type RecordFault } from "./errors.ts";
import { UNLIMITED } from "./settings/setting.ts";
import type { TopicSettings } from "./settings/topic-settings.ts";

/** So many records of a batch are told to be at fault; the rest would be no news. */
const MAX_FAULTS = 1000;

/**
 * Why a checked batch is refused for its records, by the rules of its topic; null if they are fine.
 *
 * The records are read only where the batch's header can't answer.
 */
export function recordRefusal(
  settings: TopicSettings,
  buffer: Uint8Array,
  from: number,
  nowMs: number,
): BrokerError | null {
  const ahead = !settings.logAppendTime && isTooLate(settings, maxTimestampMs(buffer, from), nowMs);
  if (!ahead && !needsRecords(settings)) return null;
  const refusal = readRecords(settings, buffer, from, nowMs);
  if (refusal || !ahead) return refusal;
  return new BrokerError("invalid-timestamp", "the batch claims a time that no record of it has");
}

/** Whether a topic has rules that the header of a batch can't answer. */
function needsRecords({ compaction, logAppendTime, timestampBeforeMaxMs }: TopicSettings): boolean {
  return compaction !== undefined || (!logAppendTime && timestampBeforeMaxMs < UNLIMITED);
}

function readRecords(
  settings: TopicSettings,
  buffer: Uint8Array,
  from: number,
  nowMs: number,
): BrokerError | null {
  const keyless: RecordFault[] = [];
  const untimely: RecordFault[] = [];
  try {
    const reader = new RecordReader(buffer, from, MAX_EXPANDED_BYTES);
    for (let index = 0; reader.next(); index++) {
      if (settings.compaction && reader.keyFrom < 0) {
        note(keyless, index, "a compacted topic's records need keys");
      }
      const problem = settings.logAppendTime ? null : timeProblem(settings, reader, nowMs);
      if (problem !== null) note(untimely, index, problem);
    }
  } catch (error) {
    return unreadable(error);
  }
  const [first] = [...untimely, ...keyless];
  if (first === undefined) return null;
  const code = untimely.length > 0 ? "invalid-timestamp" : "invalid-record";
  const records = [...keyless, ...untimely].sort((a, b) => a.index - b.index);
  const message = `${first.message}; record ${first.index} of the batch is the first`;
  return new BrokerError(code, message, { records });
}

function note(faults: RecordFault[], index: number, message: string): void {
  if (faults.length < MAX_FAULTS) faults.push({ index, message });
}

/** The refusal of a batch whose records can't be read. */
export function unreadable(error: unknown): BrokerError {
  if (!(error instanceof RecordError)) throw error;
  const code = error.code === "too-large" ? "batch-too-large" : "invalid-record";
  return new BrokerError(code, `the batch can't be opened: ${error.message}`, { cause: error });
}

function timeProblem(
  settings: TopicSettings,
  { timestampMs }: RecordReader,
  nowMs: number,
): string | null {
  const late = isTooLate(settings, timestampMs, nowMs);
  if (!late && !isTooEarly(settings, timestampMs, nowMs)) return null;
  const setting = `message.timestamp.${late ? "after" : "before"}.max.ms`;
  return `the record's time ${timestampMs} is too far from ${nowMs} for ${setting}`;
}

/** Times below 0 say that there is none. */
function isTooLate(
  { timestampAfterMaxMs }: TopicSettings,
  timestampMs: number,
  nowMs: number,
): boolean {
  return timestampMs > nowMs + timestampAfterMaxMs;
}

function isTooEarly(
  { timestampBeforeMaxMs }: TopicSettings,
  timestampMs: number,
  nowMs: number,
): boolean {
  if (timestampBeforeMaxMs >= UNLIMITED) return false;
  return timestampMs >= 0 && timestampMs < nowMs - timestampBeforeMaxMs;
}
