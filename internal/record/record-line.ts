import type { LogRecord, RecordHeader } from "./records.ts";
import { timestampText } from "./timestamp-text.ts";

/** A line that is no record; the message says why. */
export class RecordLineError extends Error {
  override readonly name = "RecordLineError";
}

/** A record as someone has written it down; without a time, it is of now. */
export interface WrittenRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
  readonly timestampMs?: number;
}

/**
 * A record as one line of JSON, without loss.
 *
 * Text that is valid UTF-8 is a string; all else is base64, and a field beside it says so:
 *
 *     {"topic":"orders","partition":0,"offset":7,
 *      "timestamp":"2026-01-31T12:00:00.000Z","timestamp_ms":1769860800000,
 *      "key":"k","value":"/w==","value_encoding":"base64",
 *      "headers":[{"name":"a","value":"1"},{"name":"a","value":null}]}
 *
 * A null key or value (and a header's) is null; an empty one is "". Headers are a list, since their
 * order counts and names may occur twice. Both timestamps are null where the record has none.
 */
export function recordLine(topic: string, partition: number, record: LogRecord): string {
  const { offset, timestampMs, key, value, headers } = record;
  const timestamp = timestampText(timestampMs);
  const time =
    timestamp === null
      ? '"timestamp":null,"timestamp_ms":null'
      : `"timestamp":"${timestamp}","timestamp_ms":${timestampMs}`;
  const list = headers.length === 0 ? "" : headers.map(headerJson).join(",");
  return (
    `{"topic":${JSON.stringify(topic)},"partition":${partition},"offset":${offset},${time},` +
    `${bytesJson("key", key)},${bytesJson("value", value)},"headers":[${list}]}\n`
  );
}

function headerJson([name, value]: RecordHeader): string {
  return `{"name":${JSON.stringify(name)},${bytesJson("value", value)}}`;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `"NAME":"text"`, `"NAME":null` or `"NAME":"base64","NAME_encoding":"base64"`. */
function bytesJson(name: string, bytes: Uint8Array | null): string {
  if (bytes === null) return `"${name}":null`;
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return `"${name}":"${bytes.toBase64()}","${name}_encoding":"base64"`;
  }
  return `"${name}":${JSON.stringify(text)}`;
}

/** What a line may say of where its record came from; the record is not sent there again. */
const originFields = new Set(["topic", "partition", "offset", "timestamp"]);
const recordFields = new Set([
  ...originFields,
  "timestamp_ms",
  "key",
  "key_encoding",
  "value",
  "value_encoding",
  "headers",
]);
const headerFields = new Set(["name", "value", "value_encoding"]);

/**
 * The record of a line that `recordLine` wrote, or that someone made: `value` must be there, all
 * else may be left out. Topic, partition and offset are passed over. An unknown field is refused:
 * it could be a misspelt key.
 *
 * @throws RecordLineError
 */
export function parseRecordLine(line: string): WrittenRecord {
  const fields = objectFields(parseJson(line), "the line", recordFields);
  const timestampMs = parseTimestamp(fields.timestamp_ms);
  const headers = fields.headers === undefined ? [] : parseHeaders(fields.headers);
  return {
    key: fields.key === undefined ? null : parseBytes(fields, "key", "key"),
    value: parseBytes(fields, "value", "value"),
    headers,
    ...(timestampMs === null ? {} : { timestampMs }),
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new RecordLineError(
      `not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type Fields = Readonly<Record<string, unknown>>;

function objectFields(value: unknown, what: string, known: ReadonlySet<string>): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecordLineError(`${what} is not a JSON object`);
  }
  for (const name of Object.keys(value)) {
    if (!known.has(name)) throw new RecordLineError(`${what} has an unknown field ${quoted(name)}`);
  }
  return { ...value };
}

function parseHeaders(list: unknown): RecordHeader[] {
  if (!Array.isArray(list)) throw new RecordLineError('"headers" is not a list');
  return list.map((entry: unknown, at) => {
    const what = `header ${at + 1}`;
    const fields = objectFields(entry, what, headerFields);
    if (typeof fields.name !== "string") throw new RecordLineError(`${what} has no "name"`);
    return [wellFormed(fields.name, what), parseBytes(fields, "value", what)];
  });
}

const encoder = new TextEncoder();

function parseBytes(fields: Fields, name: string, what: string): Uint8Array | null {
  const value = fields[name];
  const encoding = fields[`${name}_encoding`] ?? "utf-8";
  if (value === undefined) throw new RecordLineError(`${what} has no "${name}"`);
  if (value === null) return null;
  if (typeof value !== "string") throw new RecordLineError(`${what} is neither a string nor null`);
  if (encoding === "utf-8") return encoder.encode(wellFormed(value, what));
  if (encoding !== "base64") {
    throw new RecordLineError(`${what} has the unknown encoding ${quoted(String(encoding))}`);
  }
  try {
    return Uint8Array.fromBase64(value);
  } catch {
    throw new RecordLineError(`${what} is not base64`);
  }
}

/** Half a surrogate pair has no bytes in UTF-8, and would silently become another character. */
function wellFormed(text: string, what: string): string {
  if (text.isWellFormed()) return text;
  throw new RecordLineError(`${what} has half a surrogate pair, which is no text`);
}

function parseTimestamp(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RecordLineError('"timestamp_ms" is not a whole number of milliseconds');
}

/** At most a few words of what someone wrote, for a message. */
function quoted(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 40)}…`);
}
