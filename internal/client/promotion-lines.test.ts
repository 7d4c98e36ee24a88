import { expect, test } from "bun:test";
import type { PromotionReport } from "./api.ts";
import { promotionLines } from "./promotion-lines.ts";

const inSync: PromotionReport = {
  ...{ leaderId: 1, epoch: 7, silentMs: 12_000, wasInSync: true },
  missing: [],
};
const behind: PromotionReport = {
  ...inSync,
  wasInSync: false,
  missing: [
    { log: "a-0", leaderEndOffset: 11, endOffset: 10 },
    { log: "b-0", leaderEndOffset: 1700, endOffset: 500 },
    { log: "c-0", leaderEndOffset: 5, endOffset: 5 },
    { log: "d-0", leaderEndOffset: 40, endOffset: 5 },
  ],
};
const NOBODY_KNOWS = "This slave wasn't in sync: whatever the master has taken since is lost.";

test.each<[string, PromotionReport, string[]]>([
  [
    "one that was in sync misses nothing, but for what was acked alone",
    inSync,
    [
      "Broker 1, the master, said 12s ago what it has.",
      "This slave was in sync then: nothing is missing that was acked by all.",
      "With replication.policy=degrade, the master may have acked alone since.",
    ],
  ],
  [
    "one that wasn't may miss more than it knows of",
    { ...behind, missing: behind.missing.slice(2, 3) },
    ["Broker 1, the master, said 12s ago what it has.", NOBODY_KNOWS],
  ],
  [
    "one that never heard a master knows nothing",
    { ...behind, leaderId: -1, silentMs: null, missing: [] },
    [
      "The master hasn't said yet what it has.",
      "This slave wasn't in sync: whatever it hasn't copied is lost.",
    ],
  ],
])("%s", (_, report, lines) => {
  const follows = "The old master will have to follow, and cut what it alone has.";
  expect(promotionLines(report, 6)).toEqual([...lines, follows]);
});

test("those that miss most are named first, the others counted", () => {
  expect(promotionLines(behind, 6).slice(3)).toEqual([
    "b-0: missing are 1,200 records, from offset 500 on.",
    "d-0: missing are 35 records, from offset 5 on.",
    "a-0: missing are 1 record, from offset 10 on.",
  ]);
  expect(promotionLines(behind, 1).at(-1)).toBe("... and so of 2 more partitions.");
});

test("each sentence has room in a question on a narrow screen", () => {
  for (const report of [inSync, behind, { ...behind, silentMs: null }]) {
    for (const line of promotionLines(report, 6)) expect(line.length).toBeLessThanOrEqual(74);
  }
});
