import { expect, test } from "bun:test";
import { codecOf, maxTimestampMs, producerId } from "./batch.ts";
import { checkBatch } from "./check.ts";
import { RecordError } from "./errors.ts";
import { CODECS } from "./layout.ts";
import { recompress } from "./recompress.ts";
import { recordsOf } from "./records.ts";
import { batchOf, sampleRecords, seeded, surrounded } from "./samples.testing.ts";

const LIMIT_BYTES = 1024 * 1024;

test("a batch gets another codec, and keeps its records and all else", () => {
  const random = seeded(7);
  const producer = { producerId: 5, producerEpoch: 1, baseSequence: 9, transactional: false };
  for (const from of CODECS) {
    for (const to of CODECS) {
      const batch = batchOf(sampleRecords(random, 30), from, producer);
      const changed = recompress(surrounded(batch, 17), 17, to, LIMIT_BYTES);
      if (from === to) {
        expect(changed).toBeUndefined();
        continue;
      }
      if (!changed) throw new Error(`${from} to ${to}: nothing changed`);
      expect(checkBatch(changed, 0, changed.length)).toBeUndefined();
      expect(codecOf(changed, 0)).toBe(to);
      expect([producerId(changed, 0), maxTimestampMs(changed, 0)]).toEqual([
        5,
        maxTimestampMs(batch, 0),
      ]);
      const records = [...recordsOf(changed, 0, LIMIT_BYTES)];
      expect(records).toEqual([...recordsOf(batch, 0, LIMIT_BYTES)]);
    }
  }
});

test("what expands beyond the limit is refused", () => {
  const record = { timestampMs: 1, key: null, value: new Uint8Array(5000), headers: [] };
  const batch = batchOf([record], "gzip");
  expect(() => recompress(batch, 0, "none", 1000)).toThrow(RecordError);
});
