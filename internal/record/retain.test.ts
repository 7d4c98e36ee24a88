import { describe, expect, test } from "bun:test";
import {
  baseOffset,
  baseSequence,
  lastOffset,
  maxTimestampMs,
  producerId,
  recordCount,
  setLogAppendTime,
  stampBatch,
} from "./batch.ts";
import { checkStoredBatch } from "./check.ts";
import { CODECS } from "./layout.ts";
import { recordsOf } from "./records.ts";
import { retainRecords } from "./retain.ts";
import { batchOf, sampleRecords, seeded, surrounded } from "./samples.testing.ts";

const AT = 11;
const LIMIT_BYTES = 1 << 20;
const records = sampleRecords(seeded(30), 40);
const producer = { producerId: 8, producerEpoch: 1, baseSequence: 5, transactional: false };

describe.each([...CODECS])("retaining records of a batch (%s)", (codec) => {
  const buf = surrounded(batchOf(records, codec, producer), AT);
  stampBatch(buf, AT, 1000, 3);

  function retain(keeps: (offset: number) => boolean): Uint8Array {
    const batch = retainRecords(buf, AT, LIMIT_BYTES, (record) => keeps(record.offset));
    if (batch === undefined) throw new Error("all records were kept");
    expect(checkStoredBatch(batch, 0, batch.length)).toBeUndefined();
    expect([baseOffset(batch, 0), lastOffset(batch, 0)]).toEqual([1000, 1039]);
    expect([producerId(batch, 0), baseSequence(batch, 0)]).toEqual([8, 5]);
    return batch;
  }

  test("those kept are what they were", () => {
    const before = [...recordsOf(buf, AT, LIMIT_BYTES)];
    for (const keeps of [
      (offset: number) => offset % 3 === 0,
      (offset: number) => offset === 1039,
      (offset: number) => offset !== 1000,
    ]) {
      const batch = retain(keeps);
      const kept = before.filter((record) => keeps(record.offset));
      expect([...recordsOf(batch, 0, LIMIT_BYTES)]).toEqual(kept);
      const times = kept.map((record) => record.timestampMs);
      expect(maxTimestampMs(batch, 0)).toBe(Math.max(...times));
    }
  });

  test("none kept: the batch goes on telling its offsets and producer", () => {
    const batch = retain(() => false);
    expect(recordCount(batch, 0)).toBe(0);
    expect([...recordsOf(batch, 0, 0)]).toEqual([]);
  });

  test("all kept: no new batch", () => {
    expect(retainRecords(buf, AT, LIMIT_BYTES, () => true)).toBeUndefined();
  });
});

test("the broker's time stays when records go", () => {
  const batch = batchOf(records, "none");
  setLogAppendTime(batch, 0, 99);
  const smaller = retainRecords(batch, 0, 0, (record) => record.offset > 20);
  expect(smaller && maxTimestampMs(smaller, 0)).toBe(99);
});
