import { describe, expect, test } from "bun:test";
import {
  baseOffset,
  batchSizeBytes,
  computedCrc,
  lastOffset,
  maxTimestampMs,
  partitionLeaderEpoch,
  setLogAppendTime,
  stampBatch,
  timestampType,
} from "./batch.ts";
import { putInt16, putInt32, putInt64 } from "./big-endian.ts";
import { type BatchFault, checkBatch, checkStoredBatch, scanBatches } from "./check.ts";
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  CONTROL_BIT,
  CRC_AT,
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  LOG_APPEND_TIME_BIT,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
} from "./layout.ts";
import { recordsOf } from "./records.ts";
import { batchOf, sampleRecords, seeded, surrounded } from "./samples.testing.ts";

const AT = 13;
const good = batchOf(sampleRecords(seeded(3), 5), "none");

/** A good batch after a change, with the CRC that fits to it. */
function changed(change: (batch: Uint8Array) => void): Uint8Array {
  const batch = good.slice();
  change(batch);
  putInt32(batch, CRC_AT, computedCrc(batch, 0));
  return batch;
}

function check(batch: Uint8Array): BatchFault | undefined {
  return checkBatch(surrounded(batch, AT), AT, AT + batch.length);
}

function checkStored(batch: Uint8Array): BatchFault | undefined {
  return checkStoredBatch(surrounded(batch, AT), AT, AT + batch.length);
}

const BEYOND_SAFE = 2 ** 53;

describe("checkBatch", () => {
  type Change = (batch: Uint8Array) => void;
  const both: [string, BatchFault, Change][] = [
    ["negative offset", "bad-offset", (b) => putInt64(b, BASE_OFFSET_AT, -1)],
    ["unsafe offset", "bad-offset", (b) => putInt64(b, BASE_OFFSET_AT, BEYOND_SAFE)],
    ["unsafe last offset", "bad-offset", (b) => putInt64(b, BASE_OFFSET_AT, BEYOND_SAFE - 2)],
    ["negative offset range", "bad-offset", (b) => putInt32(b, LAST_OFFSET_DELTA_AT, -1)],
    ["more records than offsets", "bad-count", (b) => putInt32(b, RECORD_COUNT_AT, 6)],
    ["negative record count", "bad-count", (b) => putInt32(b, RECORD_COUNT_AT, -1)],
    ["unassigned codec", "unknown-codec", (b) => putInt16(b, ATTRIBUTES_AT, 5)],
    ["unsafe time", "bad-timestamp", (b) => putInt64(b, MAX_TIMESTAMP_AT, -BEYOND_SAFE)],
    ["unsafe base time", "bad-timestamp", (b) => putInt64(b, BASE_TIMESTAMP_AT, BEYOND_SAFE)],
    ["unsafe producer id", "bad-sequence", (b) => putInt64(b, PRODUCER_ID_AT, BEYOND_SAFE)],
  ];
  test.each(both)("%s is never taken", (_, fault, change) => {
    expect(check(changed(change))).toBe(fault);
    expect(checkStored(changed(change))).toBe(fault);
  });

  const producersOnly: [string, BatchFault, Change][] = [
    ["an offset of its own", "bad-offset", (b) => putInt64(b, BASE_OFFSET_AT, 7)],
    ["fewer records than offsets", "bad-count", (b) => putInt32(b, RECORD_COUNT_AT, 4)],
    ["no record", "bad-count", (b) => putInt32(b, RECORD_COUNT_AT, 0)],
    ["control records", "control-batch", (b) => putInt16(b, ATTRIBUTES_AT, CONTROL_BIT)],
    [
      "the broker's time",
      "log-append-time",
      (b) => putInt16(b, ATTRIBUTES_AT, LOG_APPEND_TIME_BIT),
    ],
    ["a negative time", "bad-timestamp", (b) => putInt64(b, MAX_TIMESTAMP_AT, -2)],
    ["a negative base time", "bad-timestamp", (b) => putInt64(b, BASE_TIMESTAMP_AT, -2)],
    ["a producer without sequence", "bad-sequence", (b) => putInt64(b, PRODUCER_ID_AT, 9)],
  ];
  test.each(producersOnly)("%s is taken from a broker only", (_, fault, change) => {
    expect(check(changed(change))).toBe(fault);
    expect(checkStored(changed(change))).toBeUndefined();
  });

  const beforeCrc: [string, BatchFault, Change][] = [
    ["message set v0", "old-magic", (b) => b.fill(0, MAGIC_AT, MAGIC_AT + 1)],
    ["message set v1", "old-magic", (b) => b.fill(1, MAGIC_AT, MAGIC_AT + 1)],
    ["a later format", "unknown-magic", (b) => b.fill(3, MAGIC_AT, MAGIC_AT + 1)],
    ["negative length", "bad-length", (b) => putInt32(b, BATCH_LENGTH_AT, -1)],
    ["length of less than a header", "bad-length", (b) => putInt32(b, BATCH_LENGTH_AT, 48)],
    ["length beyond the end", "truncated", (b) => putInt32(b, BATCH_LENGTH_AT, b.length - 11)],
    ["zeroes", "bad-length", (b) => b.fill(0)],
    ["a wrong CRC", "bad-crc", (b) => putInt32(b, CRC_AT, 0)],
  ];
  test.each(beforeCrc)("%s", (_, fault, change) => {
    const batch = good.slice();
    change(batch);
    expect(check(batch)).toBe(fault);
  });

  test("a sequence that a producer may have is taken", () => {
    const idempotent = changed((b) => {
      putInt64(b, PRODUCER_ID_AT, 9);
      putInt32(b, BASE_SEQUENCE_AT, 2 ** 31 - 1);
    });
    expect(check(idempotent)).toBeUndefined();
  });

  test("every length that a batch can be cut to is found", () => {
    const buf = surrounded(good, AT);
    for (let sizeBytes = 0; sizeBytes < good.length; sizeBytes++) {
      expect(checkBatch(buf, AT, AT + sizeBytes)).toBe("truncated");
    }
    expect(checkBatch(buf, AT, AT + good.length)).toBeUndefined();
    expect(checkBatch(buf, AT, buf.length)).toBeUndefined();
  });

  test("every single flipped bit behind the CRC, and in it, is found", () => {
    for (let bit = CRC_AT * 8; bit < good.length * 8; bit++) {
      const batch = good.slice();
      batch[bit >> 3] = (batch[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(check(batch)).toBe("bad-crc");
    }
  });
});

describe("patching in place", () => {
  test("stamping leaves the CRC right and nothing else changed", () => {
    for (const offset of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 45 + 7]) {
      const buf = surrounded(good, AT);
      stampBatch(buf, AT, offset, 77);
      expect(checkStoredBatch(buf, AT, AT + good.length)).toBeUndefined();
      expect(baseOffset(buf, AT)).toBe(offset);
      expect(lastOffset(buf, AT)).toBe(offset + 4);
      expect(partitionLeaderEpoch(buf, AT)).toBe(77);
      expect(buf.subarray(AT + MAGIC_AT, AT + good.length)).toEqual(good.subarray(MAGIC_AT));
      expect(buf.subarray(0, AT)).toEqual(new Uint8Array(AT).fill(0xa5));
    }
  });

  test("log append time is what every record then has", () => {
    const buf = surrounded(good, AT);
    setLogAppendTime(buf, AT, 1_800_000_000_001);
    expect(checkStoredBatch(buf, AT, buf.length)).toBeUndefined();
    expect(timestampType(buf, AT)).toBe("log-append");
    expect(maxTimestampMs(buf, AT)).toBe(1_800_000_000_001);
    const times = [...recordsOf(buf, AT, 0)].map((record) => record.timestampMs);
    expect(times).toEqual(Array(5).fill(1_800_000_000_001));
  });
});

describe("scanBatches", () => {
  const sizes = [1, 4, 2, 9];
  const batches = sizes.map((count) => batchOf(sampleRecords(seeded(count), count), "lz4"));
  const log = Buffer.concat(batches);
  const starts: number[] = [];
  let end = 0;
  let next = 100;
  for (const [index, batch] of batches.entries()) {
    starts.push(end);
    stampBatch(log, end, next, 1);
    next += sizes[index] ?? 0;
    end += batch.length;
  }

  test("every cut leaves the whole batches before it", () => {
    for (let to = 0; to <= log.length; to++) {
      const whole = starts.filter((at) => at + batchSizeBytes(log, at) <= to).length;
      const scan = scanBatches(log, 0, to);
      expect(scan.batches).toBe(whole);
      expect(scan.end).toBe(starts[whole] ?? log.length);
      expect(scan.fault).toBe(scan.end === to ? undefined : "truncated");
    }
  });

  test("it stops at damage and at offsets that go back", () => {
    const damaged = Uint8Array.from(log);
    damaged[(starts[2] ?? 0) + HEADER_BYTES] = ~(damaged[(starts[2] ?? 0) + HEADER_BYTES] ?? 0);
    const expected = { batches: 2, end: starts[2] ?? 0 };
    expect(scanBatches(damaged, 0, log.length)).toEqual({ ...expected, fault: "bad-crc" });
    const repeated = Uint8Array.from(log);
    stampBatch(repeated, starts[2] ?? 0, 104, 1);
    expect(scanBatches(repeated, 0, log.length)).toEqual({ ...expected, fault: "bad-offset" });
    expect(scanBatches(log, starts[1] ?? 0, log.length, 101).fault).toBe("bad-offset");
    expect(scanBatches(log, starts[1] ?? 0, log.length, 100).batches).toBe(3);
  });
});
