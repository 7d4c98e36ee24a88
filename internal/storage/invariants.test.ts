import { describe, expect, test } from "bun:test";
import type { LogState } from "./checkpoint.ts";
import { BrokenInvariant, checkSynced, stateFault } from "./invariants.ts";
import { PartitionLog } from "./partition-log.ts";
import { Segment, type SegmentState } from "./segments/segment.ts";
import { SMALL_LOG } from "./store.testing.ts";

function segment(baseOffset: number, endOffset: number): SegmentState {
  return { ...Segment.create("/logs/t-0", baseOffset).state(), endOffset, sizeBytes: 100 };
}

const GOOD: LogState = {
  id: 1,
  name: "t-0",
  incarnation: "a",
  startOffset: 3,
  firstDirtyOffset: 5,
  appliedFrame: 7,
  segments: [segment(0, 5), segment(5, 9), segment(12, 20)],
  producers: [],
  epochs: [
    { epoch: 0, startOffset: 0 },
    { epoch: 4, startOffset: 6 },
  ],
  highWatermark: 20,
};

describe("what a checkpoint says of a log", () => {
  test("may have gaps between segments, and be empty", () => {
    expect(stateFault(GOOD, GOOD)).toBeNull();
    const empty = { ...GOOD, segments: [], highWatermark: 3, firstDirtyOffset: 0 };
    expect(stateFault(empty, GOOD)).toBeNull();
    expect(stateFault({ ...GOOD, startOffset: 20 }, GOOD)).toBeNull();
  });

  test.each<[string, Partial<LogState>]>([
    ["startOffset 21 behind its end, 20", { startOffset: 21 }],
    ["highWatermark 21 behind its end, 20", { highWatermark: 21 }],
    ["firstDirtyOffset 21 behind its end, 20", { firstDirtyOffset: 21 }],
    ["startOffset 2, which was 3", { startOffset: 2 }],
    ["frame 6, which was 7", { appliedFrame: 6 }],
    ["segment 5 behind segment 5", { segments: [segment(5, 9), segment(5, 20)] }],
    ["segment 9 behind segment 12", { segments: [segment(12, 20), segment(9, 20)] }],
    ["segment 8 of 100 bytes up to 7, of 20", { segments: [segment(8, 7), segment(9, 20)] }],
    ["segment 0 of 100 bytes up to 25, of 20", { segments: [segment(0, 25), segment(9, 20)] }],
    [
      "epoch 4 from 0 on, and 4 from 6 on",
      {
        epochs: [
          { epoch: 4, startOffset: 0 },
          { epoch: 4, startOffset: 6 },
        ],
      },
    ],
  ])("never has %s", (fault, change) => {
    expect(stateFault({ ...GOOD, ...change }, GOOD)).toBe(fault);
  });
});

describe("nobody is told of", () => {
  function logWith(endOffset: number): PartitionLog {
    const log = new PartitionLog(1, "t-0", "a", "/logs", SMALL_LOG);
    log.addSegment(0).endOffset = endOffset;
    return log;
  }

  test("records as durable that the log doesn't have", () => {
    const log = logWith(5);
    expect(() => log.advance(6)).toThrow(BrokenInvariant);
    expect(log.durableOffset).toBe(0);
    log.advance(5);
    expect(log.highWatermark).toBe(5);
  });

  test("records as committed that aren't durable here", () => {
    const log = logWith(5);
    log.commitRule = () => 4;
    let told = 0;
    log.commits.wait(4, 0, () => void told++);
    expect(() => log.advance(3)).toThrow("t-0 is committed up to 4, and durable up to 3");
    expect([told, log.highWatermark]).toEqual([0, 0]);
  });

  test("frames as synced that weren't written", () => {
    checkSynced(4, 4);
    expect(() => checkSynced(5, 4)).toThrow(BrokenInvariant);
  });
});
