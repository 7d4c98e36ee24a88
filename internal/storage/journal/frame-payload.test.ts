import { expect, test } from "bun:test";
import { batchSizeBytes, stampBatch, storedCrc } from "../../record/batch.ts";
import { batchOfPairs } from "../store.testing.ts";
import { isThisBatch } from "./frame-payload.ts";
import { EntryKind } from "./journal-frame.ts";
import { UNUSED } from "./journal-records.ts";

test("a batch is told from the same one that an earlier leader wrote there", () => {
  const bytes = batchOfPairs([["k", "v"]]);
  stampBatch(bytes, 0, 27, 1500);
  const entry = {
    ...UNUSED,
    kind: EntryKind.placedBatch,
    logId: 1,
    offset: 27,
    sizeBytes: batchSizeBytes(bytes, 0),
    leaderEpoch: 2000,
    crc: storedCrc(bytes, 0),
  };
  expect(isThisBatch(bytes, 0, entry)).toBe(false);
  stampBatch(bytes, 0, 27, 2000);
  expect(storedCrc(bytes, 0)).toBe(entry.crc);
  expect(isThisBatch(bytes, 0, entry)).toBe(true);
});
