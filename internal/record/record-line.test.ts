import { describe, expect, test } from "bun:test";
import { parseRecordLine, RecordLineError, recordLine } from "./record-line.ts";
import type { LogRecord, RecordHeader } from "./records.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const plain: LogRecord = {
  offset: 7,
  timestampMs: Date.UTC(2026, 0, 31, 12),
  key: bytes("k"),
  value: bytes("hello"),
  headers: [],
};

describe("a record as a line of JSON", () => {
  test("has the documented shape", () => {
    const record: LogRecord = {
      ...plain,
      value: new Uint8Array([0xff]),
      headers: [
        ["a", bytes("1")],
        ["a", null],
      ],
    };
    expect(recordLine("orders", 0, record)).toBe(
      '{"topic":"orders","partition":0,"offset":7,' +
        '"timestamp":"2026-01-31T12:00:00.000Z","timestamp_ms":1769860800000,' +
        '"key":"k","value":"/w==","value_encoding":"base64",' +
        '"headers":[{"name":"a","value":"1"},{"name":"a","value":null}]}\n',
    );
  });

  test("keeps every kind of key, value and header", () => {
    const awkward: (Uint8Array | null)[] = [
      null,
      bytes(""),
      bytes('"\\\n\r\t\u0000\u2028 é😀'),
      bytes("\ufeffwith a byte order mark"),
      bytes("null"),
      new Uint8Array([0xed, 0xa0, 0x80]),
      new Uint8Array([0xc0, 0x80]),
      new Uint8Array([0xf8, 0xff, 0, 10]),
      new Uint8Array([1, 2, 0xe2, 0x82, 0xac, 3]).subarray(2, 5),
      new Uint8Array([0xe2, 0x82]),
    ];
    for (const key of awkward) {
      for (const value of awkward) {
        const headers: RecordHeader[] = [
          ["twice", value],
          ["twice", key],
          ["", value],
        ];
        const line = recordLine("t", 3, { ...plain, key, value, headers });
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(parseRecordLine(line)).toEqual({
          key,
          value,
          headers,
          timestampMs: plain.timestampMs,
        });
      }
    }
  });

  test("keeps random bytes", () => {
    let state = 42;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 16;
    };
    for (let round = 0; round < 500; round++) {
      const value = Uint8Array.from({ length: random() % 20 }, () => random() & 0xff);
      expect(parseRecordLine(recordLine("t", 0, { ...plain, value })).value).toEqual(value);
    }
  });

  test.each([-1, 8_640_000_000_000_001])("has no time at %d", (timestampMs) => {
    const line = recordLine("t", 0, { ...plain, timestampMs });
    expect(line).toContain('"timestamp":null,"timestamp_ms":null');
    expect(parseRecordLine(line)).not.toHaveProperty("timestampMs");
  });

  test("may be as short as a value", () => {
    expect(parseRecordLine('{"value":"v"}')).toEqual({ key: null, value: bytes("v"), headers: [] });
    expect(parseRecordLine('{"value":null,"key":"","timestamp_ms":0}')).toEqual({
      key: bytes(""),
      value: null,
      headers: [],
      timestampMs: 0,
    });
  });

  test.each([
    ["", "not JSON"],
    ["{", "not JSON"],
    ["[]", "the line is not a JSON object"],
    ["null", "the line is not a JSON object"],
    ["{}", 'value has no "value"'],
    ['{"value":1}', "value is neither a string nor null"],
    ['{"value":{"a":1}}', "value is neither a string nor null"],
    ['{"value":"v","keey":"k"}', 'the line has an unknown field "keey"'],
    ['{"value":"v","key":1}', "key is neither a string nor null"],
    ['{"value":"\\ud800"}', "half a surrogate pair"],
    ['{"value":"a","value_encoding":"base64"}', "value is not base64"],
    ['{"value":"a","value_encoding":"hex"}', 'unknown encoding "hex"'],
    ['{"value":"a","timestamp_ms":-1}', "timestamp_ms"],
    ['{"value":"a","timestamp_ms":"1"}', "timestamp_ms"],
    ['{"value":"a","headers":{}}', '"headers" is not a list'],
    ['{"value":"a","headers":[{"value":"b"}]}', 'header 1 has no "name"'],
    ['{"value":"a","headers":[{"name":"b"}]}', 'header 1 has no "value"'],
    ['{"value":"a","__proto__":{}}', "unknown field"],
  ])("refuses %s", (line, why) => {
    expect(() => parseRecordLine(line)).toThrow(RecordLineError);
    expect(() => parseRecordLine(line)).toThrow(why);
  });
});
