import { describe, expect, test } from "bun:test";
import { type CompactionConfig, PartitionLog } from "../partition-log.ts";
import { Segment } from "../segments/segment.ts";
import { SMALL_LOG } from "../store.testing.ts";
import { dirtyPart, dirtyRatio, isDue } from "./dirty-part.ts";

const CONFIG: CompactionConfig = {
  minDirtyRatio: 0.5,
  deleteRetentionMs: 0,
  minLagMs: 0,
  maxLagMs: Number.MAX_SAFE_INTEGER,
};

/** A log of segments of ten offsets and 100 bytes each; the times of their newest records. */
function logOf(newestMs: readonly number[]): PartitionLog {
  const log = new PartitionLog(1, "orders-0", "a", "/logs", SMALL_LOG);
  log.segments = newestMs.map((maxTimestampMs, i) => {
    const segment = Segment.create(log.directory, i * 10);
    const state = { endOffset: i * 10 + 10, sizeBytes: 100, maxTimestampMs };
    return Object.assign(segment, { ...state, firstAppendMs: 1000 * (i + 1) });
  });
  return log;
}

describe("what of a log may be compacted", () => {
  const times = [1000, 2000, 3000, 4000];
  const table = [
    ["all but the last segment", {}, {}, 40, [0, 30, 0, 300]],
    ["no more than is in the checkpoint", {}, {}, 25, [0, 20, 0, 200]],
    ["nothing, if nothing is in it", {}, {}, 9, null],
    ["what is behind the clean part", { firstDirtyOffset: 10 }, {}, 40, [10, 30, 100, 200]],
    ["from the middle of a segment", { firstDirtyOffset: 15 }, {}, 40, [15, 30, 100, 200]],
    ["nothing, if all is clean", { firstDirtyOffset: 30 }, {}, 40, null],
    ["what is behind the log's start", { startOffset: 12 }, {}, 40, [12, 30, 100, 200]],
    ["what is old enough", {}, { minLagMs: 2500 }, 40, [0, 20, 0, 200]],
    ["nothing, if all is young", {}, { minLagMs: 10_000 }, 40, null],
  ] as const;
  test.each(table)("%s", (_, state, config, endOffset, expected) => {
    const log = Object.assign(logOf(times), state);
    const part = dirtyPart(log, { ...CONFIG, ...config }, endOffset, 5000);
    const found = part && [part.fromOffset, part.toOffset, part.cleanBytes, part.dirtyBytes];
    expect(found).toEqual(expected as number[] | null);
  });
});

describe("when it is due", () => {
  const table = [
    ["half of it is dirty, more is asked for", 10, {}, 5000, false],
    ["more than half of it is dirty", 0, {}, 5000, true],
    ["little is dirty, but for too long", 10, { maxLagMs: 999 }, 3000, true],
    ["little is dirty, and not for long", 10, { maxLagMs: 1000 }, 3000, false],
  ] as const;
  test.each(table)("%s", (_, firstDirtyOffset, config, nowMs, due) => {
    const log = Object.assign(logOf([1, 1, 1]), { firstDirtyOffset });
    const settings = { ...CONFIG, ...config };
    const part = dirtyPart(log, settings, 30, nowMs);
    if (!part) throw new Error("nothing is dirty");
    expect(dirtyRatio(part)).toBe(firstDirtyOffset === 10 ? 0.5 : 1);
    expect(isDue(part, settings, nowMs)).toBe(due);
  });
});
