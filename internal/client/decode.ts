import { isControl } from "../record/batch.ts";
import { checkStoredBatch } from "../record/check.ts";
import { RecordError } from "../record/errors.ts";
import { type LogRecord, type RecordHeader, RecordReader } from "../record/records.ts";
import { ClientError } from "./errors.ts";

/** What the records of one batch may expand to. */
const MAX_EXPANDED_BYTES = 256 * 1024 * 1024;

const noHeaders: readonly RecordHeader[] = [];

/** Offsets `[from, to)`. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The records within `range` of the batch at `at`; none of a control batch.
 *
 * Throws `ClientError` `bad-records` when the batch is damaged.
 */
export function decodeBatch(batches: Uint8Array, at: number, range: OffsetRange): LogRecord[] {
  const fault = checkStoredBatch(batches, at, batches.length);
  if (fault !== undefined) throw new ClientError("bad-records", `a batch is damaged: ${fault}`);
  if (isControl(batches, at)) return [];
  try {
    return recordsWithin(new RecordReader(batches, at, MAX_EXPANDED_BYTES), range);
  } catch (cause) {
    if (!(cause instanceof RecordError)) throw cause;
    throw new ClientError("bad-records", cause.message, { cause });
  }
}

function recordsWithin(reader: RecordReader, { from, to }: OffsetRange): LogRecord[] {
  const records: LogRecord[] = [];
  while (reader.next()) {
    const { offset, timestampMs, bytes, keyFrom, keyTo, valueFrom, valueTo } = reader;
    if (offset < from || offset >= to) continue;
    records.push({
      offset,
      timestampMs,
      key: keyFrom < 0 ? null : bytes.subarray(keyFrom, keyTo),
      value: valueFrom < 0 ? null : bytes.subarray(valueFrom, valueTo),
      headers: reader.headerCount === 0 ? noHeaders : reader.headers(),
    });
  }
  return records;
}
