import { describe, expect, test } from "bun:test";
import {
  baseOffset,
  baseSequence,
  baseTimestampMs,
  deleteHorizonMs,
  lastOffset,
  maxTimestampMs,
  producerId,
  recordCount,
  setLogAppendTime,
  stampBatch,
} from "./batch.ts";
import { checkStoredBatch } from "./check.ts";
import { CODECS } from "./layout.ts";
import { type RecordReader, recordsOf } from "./records.ts";
import { type Retention, retainRecords } from "./retain.ts";
import { batchOf, sampleRecords, seeded, surrounded } from "./samples.testing.ts";

const AT = 11;
const LIMIT_BYTES = 1 << 20;
const records = sampleRecords(seeded(30), 40);
const keeping = (keep: Retention["keep"]): Retention => ({
  limitBytes: LIMIT_BYTES,
  keep,
  horizonMs: null,
});
const producer = { producerId: 8, producerEpoch: 1, baseSequence: 5, transactional: false };

describe.each([...CODECS])("retaining records of a batch (%s)", (codec) => {
  const buf = surrounded(batchOf(records, codec, producer), AT);
  stampBatch(buf, AT, 1000, 3);

  function retain(keeps: (offset: number) => boolean): Uint8Array {
    const batch = retainRecords(
      buf,
      AT,
      keeping((record) => keeps(record.offset)),
    );
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
    expect(maxTimestampMs(batch, 0)).toBe(maxTimestampMs(buf, AT));
  });

  test("all kept: no new batch", () => {
    expect(
      retainRecords(
        buf,
        AT,
        keeping(() => true),
      ),
    ).toBeUndefined();
  });

  describe("with a delete horizon", () => {
    const HORIZON_MS = 1_800_000_000_123;
    const all = { limitBytes: LIMIT_BYTES, keep: () => true, horizonMs: HORIZON_MS };

    test("tombstones that stay get it, and no time changes", () => {
      for (const keep of [all.keep, (record: RecordReader) => record.offset % 2 === 0]) {
        const batch = retainRecords(buf, AT, { ...all, keep });
        if (batch === undefined) throw new Error("no horizon was set");
        expect(checkStoredBatch(batch, 0, batch.length)).toBeUndefined();
        expect([deleteHorizonMs(batch, 0), baseTimestampMs(batch, 0)]).toEqual([
          HORIZON_MS,
          HORIZON_MS,
        ]);
        const kept = [...recordsOf(batch, 0, LIMIT_BYTES)];
        const before = [...recordsOf(buf, AT, LIMIT_BYTES)];
        const even = before.filter((record) => record.offset % 2 === 0);
        expect(kept).toEqual(keep === all.keep ? before : even);
      }
    });

    test("it is set once", () => {
      const first = retainRecords(buf, AT, all);
      if (first === undefined) throw new Error("no horizon was set");
      const later = { ...all, horizonMs: HORIZON_MS + 1 };
      expect(retainRecords(first, 0, later)).toBeUndefined();
      const fewer = retainRecords(first, 0, { ...later, keep: ({ offset }) => offset > 1003 });
      expect(fewer && deleteHorizonMs(fewer, 0)).toBe(HORIZON_MS);
    });

    test("without a tombstone that stays there is none", () => {
      expect(deleteHorizonMs(buf, AT)).toBe(-1);
      const values = retainRecords(buf, AT, { ...all, keep: ({ valueFrom }) => valueFrom >= 0 });
      expect(values && deleteHorizonMs(values, 0)).toBe(-1);
      const none = retainRecords(buf, AT, { ...all, keep: () => false });
      expect(none && deleteHorizonMs(none, 0)).toBe(-1);
    });
  });
});

test("a time that is out of reach of the horizon is an error, not another time", () => {
  const far = { timestampMs: -(2 ** 52), key: null, value: null, headers: [] };
  const retention = { limitBytes: 0, keep: () => true, horizonMs: 1_800_000_000_000 };
  expect(() => retainRecords(batchOf([far], "none"), 0, retention)).toThrow("too far");
});

test("the broker's time stays when records go", () => {
  const batch = batchOf(records, "none");
  setLogAppendTime(batch, 0, 99);
  const smaller = retainRecords(
    batch,
    0,
    keeping((record) => record.offset > 20),
  );
  expect(smaller && maxTimestampMs(smaller, 0)).toBe(99);
});
