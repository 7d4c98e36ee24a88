import { parseRecordLine, RecordLineError, type WrittenRecord } from "./record-line.ts";

const LINE_FEED = 0x0a;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** Lines without their ends; what stands behind the last end is a line if it isn't empty. */
export function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0, to = 0; from < bytes.length; from = to + 1) {
    const end = bytes.indexOf(LINE_FEED, from);
    to = end < 0 ? bytes.length : end;
    yield bytes.subarray(from, to);
  }
}

/** The records of lines of JSON; throws `RecordLineError` with a line's number while iterating. */
export function* recordsOfLines(bytes: Uint8Array): Generator<WrittenRecord> {
  let number = 0;
  for (const line of linesOf(bytes)) {
    number++;
    try {
      yield parseRecordLine(strictUtf8.decode(line));
    } catch (error) {
      const why = error instanceof RecordLineError ? error.message : "not UTF-8";
      throw new RecordLineError(`line ${number}: ${why}`);
    }
  }
}
