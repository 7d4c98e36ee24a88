import { describe, expect, test } from "bun:test";
import type { GroupChange } from "../../internal/coordination/changes.ts";
import { brokenGroupPromises } from "./group-promises.ts";
import { readProgress } from "./read-progress.ts";

const commit = (partition: number, offset: number): GroupChange => ({
  kind: "offset",
  groupId: "g",
  topic: "t",
  partition,
  committed: {
    offset,
    leaderEpoch: -1,
    metadata: "",
    committedAtMs: 0,
    expiresAtMs: null,
  },
});

/** What a leader gives to a member, by the consumer protocol: partitions of `t`. */
function assignment(...partitions: number[]): Uint8Array {
  const int32s = [partitions.length, ...partitions].flatMap((it) => [0, 0, 0, it]);
  return Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 1, 0x74, ...int32s, 0, 0, 0, 0);
}

const saved = (generation: number, ...assignments: Uint8Array[]): GroupChange => ({
  kind: "group",
  groupId: "g",
  saved: {
    protocolType: "consumer",
    generation,
    protocolName: "range",
    leaderId: "0",
    stateSinceMs: -1,
    members: assignments.map((it, i) => ({
      memberId: String(i),
      groupInstanceId: null,
      clientId: "c",
      clientHost: "h",
      rebalanceTimeoutMs: 1,
      sessionTimeoutMs: 1,
      metadata: new Uint8Array(0),
      assignment: it,
    })),
  },
});

describe("what a group's log tells", () => {
  const [one, two] = [assignment(0, 1), assignment(2)];
  test.each<[string, GroupChange[], string[], string[]]>([
    ["all is well", [commit(0, 5), saved(1, one, two), commit(0, 9)], ["0:5", "0:9"], []],
    [
      "an offset goes back",
      [commit(0, 9), commit(0, 5)],
      [],
      ["the offset of partition 0 went back from 9 to 5"],
    ],
    ["an acked commit is gone", [commit(0, 5)], ["0:7"], ["the acked commit 0:7 is gone"]],
    [
      "two have the same partition",
      [saved(1, one, assignment(1))],
      [],
      ["partitions have two owners in generation 1"],
    ],
    ["a generation comes again", [saved(2), saved(1)], [], ["generation 1 came behind 2"]],
  ])("%s", (_, changes, acked, broken) => {
    expect(brokenGroupPromises(changes, "g", new Set(acked))).toEqual(broken);
  });
});

test("progress is what has been read without a gap", () => {
  const progress = readProgress();
  const ends = [
    [5, 10],
    [12, 14],
    [0, 5],
    [3, 9],
    [10, 13],
    [20, 21],
  ].map(([from = 0, to = 0]) => {
    progress.note(from, to);
    return progress.end;
  });
  expect(ends).toEqual([0, 0, 10, 10, 14, 14]);
});
