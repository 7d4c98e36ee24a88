import { expect, test } from "bun:test";
import { stampBatch } from "../../record/batch.ts";
import { BatchBuilder } from "../../record/builder.ts";
import { endOffsetOf } from "./pieces.ts";

function batchAt(offset: number, recordCount: number, valueBytes: number): Uint8Array {
  const builder = new BatchBuilder();
  const value = new Uint8Array(valueBytes);
  for (let count = 0; count < recordCount; count++) {
    builder.append({ key: null, value, timestampMs: 0, headers: [] });
  }
  const batch = builder.build("none");
  stampBatch(batch, 0, offset, 0);
  return batch;
}

const batches = Buffer.concat([batchAt(5, 2, 10), batchAt(7, 1, 300), batchAt(20, 3, 0)]);

test("the end of batches in one piece", () => {
  expect(endOffsetOf([batches])).toBe(23);
  expect(endOffsetOf([batches.subarray(0, 0), batches])).toBe(23);
});

test("a piece may end anywhere", () => {
  for (let first = 0; first <= batches.length; first++) {
    for (const second of [first, Math.min(first + 13, batches.length)]) {
      const pieces = [
        batches.subarray(0, first),
        batches.subarray(first, second),
        batches.subarray(second),
      ];
      expect(endOffsetOf(pieces)).toBe(23);
    }
  }
});
