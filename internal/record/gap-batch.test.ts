import { expect, test } from "bun:test";
import { lastOffset, partitionLeaderEpoch, recordCount } from "./batch.ts";
import { batchInfo } from "./batch-info.ts";
import { checkStoredBatch } from "./check.ts";
import { gapBatch, gapBatches } from "./gap-batch.ts";
import { recordsOf } from "./records.ts";

test("a gap is a whole batch without records, from its first offset to its last", () => {
  const batch = gapBatch(2 ** 40, 2 ** 40 + 7, 3);
  expect(checkStoredBatch(batch, 0, batch.length)).toBeUndefined();
  expect(batchInfo(batch, 0)).toMatchObject({ baseOffset: 2 ** 40, sizeBytes: 61, codec: "none" });
  expect([lastOffset(batch, 0), recordCount(batch, 0), partitionLeaderEpoch(batch, 0)]).toEqual([
    2 ** 40 + 6,
    0,
    3,
  ]);
  expect([...recordsOf(batch, 0, 1000)]).toEqual([]);
});

test("a gap of more offsets than a batch can have is several", () => {
  const batches = gapBatches(5, 5 + 2 ** 31 + 10, 0);
  expect(batches.map((batch) => lastOffset(batch, 0))).toEqual([5 + 2 ** 31 - 1, 5 + 2 ** 31 + 9]);
  expect(gapBatches(5, 5, 0)).toEqual([]);
});
