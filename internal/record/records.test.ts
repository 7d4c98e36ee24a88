import { describe, expect, test } from "bun:test";
import { putInt32 } from "./big-endian.ts";
import { BatchBuilder } from "./builder.ts";
import { checkBatch } from "./check.ts";
import { RecordError } from "./errors.ts";
import { CODECS, HEADER_BYTES, LAST_OFFSET_DELTA_AT, RECORD_COUNT_AT } from "./layout.ts";
import { RecordReader, recordsOf } from "./records.ts";
import { batchOf, sampleRecords, seeded, surrounded } from "./samples.testing.ts";

const LIMIT_BYTES = 1 << 24;
const AT = 29;

function errorOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RecordError) return error.code;
    throw error;
  }
  return "none";
}

describe("what is built is read again", () => {
  test.each([...CODECS])("%s", (codec) => {
    for (let seed = 1; seed <= 40; seed++) {
      const records = sampleRecords(seeded(seed), 1 + seed * 5);
      const batch = batchOf(records, codec);
      expect(checkBatch(batch, 0, batch.length)).toBeUndefined();
      const read = [...recordsOf(surrounded(batch, AT), AT, LIMIT_BYTES)];
      expect(read).toEqual(records.map((record, offset) => ({ offset, ...record })));
    }
  });

  test("a builder knows its size before and after each record", () => {
    const builder = new BatchBuilder();
    for (const record of sampleRecords(seeded(5), 300)) {
      const sizeBytes = builder.sizeBytesWith(record);
      builder.append(record);
      expect(builder.sizeBytes).toBe(sizeBytes);
    }
    const sizeBytes = builder.sizeBytes;
    expect(builder.build("none").length).toBe(sizeBytes);
  });

  test("records without a time", () => {
    const record = { timestampMs: -1, key: null, value: null, headers: [] };
    const batch = batchOf([record, record], "none");
    expect(checkBatch(batch, 0, batch.length)).toBeUndefined();
    expect([...recordsOf(batch, 0, 0)].map((read) => read.timestampMs)).toEqual([-1, -1]);
  });
});

describe("lying records", () => {
  const one = batchOf(
    [{ timestampMs: 5, key: Uint8Array.of(1), value: Uint8Array.of(2), headers: [["h", null]] }],
    "none",
  );
  /** Positions of one byte each: the fields of that only record. */
  const fields = {
    length: 0,
    delta: 2,
    offset: 3,
    key: 4,
    value: 6,
    headers: 8,
    name: 9,
    none: 11,
  };
  const lies: [string, keyof typeof fields, number][] = [
    ["a record longer than the batch", "length", 126],
    ["a record shorter than its fields", "length", 20],
    ["a record of no byte", "length", 0],
    ["a record of negative length", "length", 1],
    ["a length without an end", "length", 0x80],
    ["an offset outside of the batch", "offset", 2],
    ["an offset before the batch", "offset", 1],
    ["a key longer than the record", "key", 126],
    ["a key of a negative size that is not null", "key", 3],
    ["a value longer than the record", "value", 12],
    ["more headers than there are", "headers", 126],
    ["a negative count of headers", "headers", 1],
    ["a header without a name", "name", 1],
    ["a name longer than the record", "name", 8],
    ["a header's value longer than the record", "none", 2],
  ];
  test.each(lies)("%s", (_, field, byte) => {
    const buf = surrounded(one, AT);
    buf[AT + HEADER_BYTES + fields[field]] = byte;
    expect(errorOf(() => [...recordsOf(buf, AT, LIMIT_BYTES)])).toBe("bad-record");
  });

  test("a record that takes a byte of the next", () => {
    const record = { timestampMs: 5, key: null, value: null, headers: [] };
    const two = batchOf([record, record], "none");
    two[HEADER_BYTES] = (two[HEADER_BYTES] ?? 0) + 2;
    expect(errorOf(() => new RecordReader(two, 0, 0).next())).toBe("bad-record");
  });

  test("a count that is too high or too low", () => {
    const two = batchOf(sampleRecords(seeded(8), 2), "zstd");
    for (const count of [0, 1, 3, 2 ** 31 - 1]) {
      putInt32(two, RECORD_COUNT_AT, count);
      putInt32(two, LAST_OFFSET_DELTA_AT, 2 ** 31 - 1);
      expect(errorOf(() => [...recordsOf(two, 0, LIMIT_BYTES)])).toBe("bad-record");
    }
  });

  test.each([...CODECS])("any changed byte: records or a typed error, never more (%s)", (codec) => {
    const records = sampleRecords(seeded(9), 20);
    const random = seeded(10);
    const batch = batchOf(records, codec);
    for (let round = 0; round < 2000; round++) {
      const buf = surrounded(batch, AT);
      const at = HEADER_BYTES + Math.floor(random() * (batch.length - HEADER_BYTES));
      buf[AT + at] = Math.floor(random() * 256);
      const code = errorOf(() => {
        const reader = new RecordReader(buf, AT, 1 << 16);
        while (reader.next()) {
          const end = reader.bytes === buf ? AT + batch.length : reader.bytes.length;
          expect(reader.recordTo).toBeLessThanOrEqual(end);
          expect(Math.max(reader.keyTo, reader.valueTo)).toBeLessThanOrEqual(end);
        }
      });
      expect(["none", "bad-record", "bad-compression", "too-large"]).toContain(code);
    }
  });
});

test.each(CODECS.slice(1))("a %s bomb stops at the limit", (codec) => {
  const value = new Uint8Array(4 << 20);
  const batch = batchOf([{ timestampMs: 0, key: null, value, headers: [] }], codec);
  expect(errorOf(() => new RecordReader(batch, 0, 1 << 20))).toBe("too-large");
  expect(new RecordReader(batch, 0, 5 << 20).next()).toBe(true);
});
