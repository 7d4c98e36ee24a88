import {
  type ProducerRecord,
  parseRecordLine,
  type RecordHeader,
  RecordLineError,
} from "../../internal/client/producer-api.ts";
import { inputError } from "../errors.ts";
import type { LineSplitter } from "./lines.ts";

/** What every record of a run has, besides its line. */
export interface RecordTemplate {
  readonly key: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
  /** Left out: the client chooses. */
  readonly partition?: number;
}

/** Makes a record of the line that a splitter is at; the record lives as long as the line. */
export type LineToRecord = (lines: LineSplitter) => ProducerRecord;

/** The line is the value. */
export function valueLines(template: RecordTemplate): LineToRecord {
  return ({ bytes, from, to }) => ({ ...template, value: bytes.subarray(from, to) });
}

/**
 * What stands before the first `delimiter` in a line is the key, what stands behind it the value.
 * A line without a delimiter is a value without a key.
 */
export function keyedLines(template: RecordTemplate, delimiter: Uint8Array): LineToRecord {
  return ({ bytes, from, to }) => {
    const at = indexOf(bytes, delimiter, from, to);
    if (at < 0) return { ...template, value: bytes.subarray(from, to) };
    const key = bytes.subarray(from, at);
    return { ...template, key, value: bytes.subarray(at + delimiter.length, to) };
  };
}

function indexOf(bytes: Uint8Array, sought: Uint8Array, from: number, to: number): number {
  const first = sought[0] ?? 0;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + sought.length > to) return -1;
    if (sought.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** The line is a record as JSON; see `recordLine` for its shape. */
export function jsonLines(partition: number | undefined): LineToRecord {
  return ({ bytes, from, to, lineNumber }) => {
    try {
      const record = parseRecordLine(decode(bytes.subarray(from, to)));
      return partition === undefined ? record : { ...record, partition };
    } catch (error) {
      if (!(error instanceof RecordLineError)) throw error;
      throw inputError(`line ${lineNumber}: ${error.message}`, "See 'weir help records'.");
    }
  };
}

function decode(line: Uint8Array): string {
  try {
    return strictUtf8.decode(line);
  } catch {
    throw new RecordLineError("not UTF-8");
  }
}
