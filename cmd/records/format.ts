import { type LogRecord, timestampText } from "../../internal/client/reader-api.ts";
import type { Output } from "../output/output.ts";
import { ParseError } from "../parse/values.ts";

/** What `%X` stands for, in the words of the help. */
export const formatVerbs: Readonly<Record<string, string>> = {
  t: "topic",
  p: "partition",
  o: "offset",
  k: "key; nothing if it is null",
  v: "value; nothing if it is null",
  h: "headers: name=value, separated by commas",
  K: "bytes of the key, -1 if it is null",
  V: "bytes of the value, -1 if it is null",
  d: "timestamp, RFC 3339 in UTC",
  T: "timestamp, milliseconds since 1970",
  "%": "a percent sign",
};

/** What is printed of a record where nothing else is asked for: its value and a line's end. */
export const defaultFormat = "%v\\n";

type Part = { readonly bytes: Uint8Array } | { readonly verb: string };

/** A format that was read: literal bytes and verbs in turn. */
export type RecordFormat = readonly Part[];

const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["0", "\0"],
  ["\\", "\\"],
]);

const encoder = new TextEncoder();

/** Reads a format: `%` verbs, `\n \t \r \0 \\` and `\xHH` (up to \x7f). */
export function parseFormat(template: string): RecordFormat {
  const pieces = template.match(/%.?|\\x[0-7][0-9a-fA-F]|\\.?|[^%\\]+/gsu) ?? [];
  return pieces.map((piece) => {
    if (piece.startsWith("%") && piece !== "%%") {
      const verb = piece.slice(1);
      if (!Object.hasOwn(formatVerbs, verb)) throw unknown(piece);
      return { verb };
    }
    return { bytes: encoder.encode(literal(piece)) };
  });
}

function literal(piece: string): string {
  if (piece === "%%") return "%";
  if (!piece.startsWith("\\")) return piece;
  if (piece.length === 4) return String.fromCharCode(Number.parseInt(piece.slice(2), 16));
  const text = escapes.get(piece.slice(1));
  if (text === undefined) throw unknown(piece);
  return text;
}

function unknown(piece: string): ParseError {
  return new ParseError(`${JSON.stringify(piece)} is unknown; see 'weir help format'.`);
}

/** Appends one record; keys and values byte by byte as they are. */
export function appendRecord(
  output: Output,
  format: RecordFormat,
  topic: string,
  partition: number,
  record: LogRecord,
): void {
  for (const part of format) {
    if ("bytes" in part) appendValue(output, part.bytes);
    else appendVerb(output, part.verb, topic, partition, record);
  }
}

function appendVerb(
  output: Output,
  verb: string,
  topic: string,
  partition: number,
  record: LogRecord,
): void {
  switch (verb) {
    case "v":
      appendValue(output, record.value);
      break;
    case "k":
      appendValue(output, record.key);
      break;
    case "h":
      appendHeaders(output, record);
      break;
    default:
      output.appendText(verbText(verb, topic, partition, record));
  }
}

function verbText(verb: string, topic: string, partition: number, record: LogRecord): string {
  switch (verb) {
    case "t":
      return topic;
    case "p":
      return String(partition);
    case "o":
      return String(record.offset);
    case "K":
      return String(record.key?.length ?? -1);
    case "V":
      return String(record.value?.length ?? -1);
    case "d":
      return timestampText(record.timestampMs) ?? "";
    case "T":
      return String(record.timestampMs);
    default:
      throw new Error(`no text for the verb ${verb}`);
  }
}

function appendValue(output: Output, bytes: Uint8Array | null): void {
  if (bytes !== null) output.appendBytes(bytes, 0, bytes.length);
}

function appendHeaders(output: Output, { headers }: LogRecord): void {
  let separator = "";
  for (const [name, value] of headers) {
    output.appendText(`${separator}${name}=`);
    appendValue(output, value);
    separator = ",";
  }
}
