import { describe, expect, test } from "bun:test";
import type { CopyOrigin, CopyRules } from "./copy-state.ts";
import { type CopiesStart, PartitionCopies } from "./partition-copies.ts";

const RULES: CopyRules = { minInsyncReplicas: 1, policy: "degrade", lagTimeMaxMs: 1000 };
const START: CopiesStart = {
  ...{ leaderId: 1, rules: RULES, heardAtMs: () => 0 },
  ...{ endOffset: 0, highWatermark: 0 },
};

/** One thing that happens, at a time in ms. */
type Step =
  | readonly [atMs: number, what: "advanced", endOffset: number]
  | readonly [atMs: number, what: "copied", offset: number]
  | readonly [atMs: number, what: "heard"]
  | readonly [atMs: number, what: "sweep"];

interface Case {
  readonly name: string;
  readonly rules?: Partial<CopyRules>;
  readonly origin?: CopyOrigin;
  readonly synchronous?: boolean;
  readonly steps: readonly Step[];
  readonly isr: readonly number[];
  readonly highWatermark: number;
  readonly enough?: boolean;
}

const CASES: readonly Case[] = [
  {
    name: "a synchronous copy holds the high watermark until it has made a record durable",
    steps: [[0, "advanced", 10]],
    isr: [1, 2],
    highWatermark: 0,
  },
  {
    name: "what both have is committed",
    steps: [
      [0, "advanced", 10],
      [1, "copied", 7],
    ],
    isr: [1, 2],
    highWatermark: 7,
  },
  {
    name: "an observer holds nothing",
    synchronous: false,
    steps: [[0, "advanced", 10]],
    isr: [1],
    highWatermark: 10,
  },
  {
    name: "a silent copy falls out after the lag time, and the rest is committed",
    steps: [
      [0, "advanced", 10],
      [1001, "sweep"],
    ],
    isr: [1],
    highWatermark: 10,
  },
  {
    name: "not before it",
    steps: [
      [0, "advanced", 10],
      [999, "sweep"],
    ],
    isr: [1, 2],
    highWatermark: 0,
  },
  {
    name: "with the policy refuse, nothing is committed without it",
    rules: { policy: "refuse" },
    steps: [
      [0, "advanced", 10],
      [1001, "sweep"],
    ],
    isr: [1],
    highWatermark: 0,
    enough: false,
  },
  {
    name: "a copy that was never in sync is nothing that refuse waits for",
    rules: { policy: "refuse" },
    origin: "new",
    steps: [[0, "advanced", 10]],
    isr: [1],
    highWatermark: 10,
    enough: true,
  },
  {
    name: "min.insync.replicas counts those in sync",
    rules: { minInsyncReplicas: 2 },
    origin: "new",
    steps: [],
    isr: [1],
    highWatermark: 0,
    enough: false,
  },
  {
    name: "a new copy gets in when it has everything",
    origin: "new",
    steps: [
      [0, "advanced", 10],
      [5, "copied", 10],
    ],
    isr: [1, 2],
    highWatermark: 10,
  },
  {
    name: "and not a moment before",
    origin: "new",
    steps: [
      [0, "advanced", 10],
      [2000, "copied", 9],
    ],
    isr: [1],
    highWatermark: 10,
  },
  {
    name: "a copy that is nearly there is waited for, and gets in while the leader goes on",
    origin: "new",
    steps: [
      [0, "advanced", 10],
      [1, "copied", 8],
      [2, "advanced", 20],
      [3, "copied", 12], // joins: it has what there was a moment ago
      [4, "advanced", 30],
      [5, "copied", 22],
    ],
    isr: [1, 2],
    highWatermark: 22,
  },
  {
    name: "a new copy is not waited for while it makes its way, however new it is",
    origin: "new",
    steps: [
      [0, "advanced", 10],
      [1, "copied", 2],
      [2, "advanced", 20],
    ],
    isr: [1],
    highWatermark: 20,
  },
  {
    name: "a copy that follows closely stays, though it never has everything",
    steps: [
      [0, "advanced", 10],
      [500, "copied", 5],
      [700, "advanced", 20],
      [900, "copied", 12],
      [1200, "advanced", 30],
      [1400, "copied", 22],
      [1500, "sweep"],
    ],
    isr: [1, 2],
    highWatermark: 22,
  },
  {
    name: "a copy that has stood still for long falls out, though it is heard",
    steps: [
      [0, "advanced", 10],
      [500, "copied", 5],
      [900, "heard"],
      [1100, "copied", 6],
      [1101, "sweep"],
    ],
    isr: [1],
    highWatermark: 10,
  },
  {
    name: "a copy that has everything is in sync as long as it is heard",
    steps: [
      [0, "advanced", 10],
      [1, "copied", 10],
      [5000, "heard"],
      [5900, "sweep"],
      [5901, "advanced", 11],
      [5999, "sweep"],
    ],
    isr: [1, 2],
    highWatermark: 10,
  },
  {
    name: "and no longer than that",
    steps: [
      [0, "advanced", 10],
      [1, "copied", 10],
      [5000, "heard"],
      [6001, "sweep"],
    ],
    isr: [1],
    highWatermark: 10,
  },
];

for (const { name, rules, origin = "in", synchronous = true, ...expected } of CASES) {
  test(name, () => {
    let heardAtMs = 0;
    const all = { ...RULES, ...rules };
    const copies = new PartitionCopies({ ...START, rules: all, heardAtMs: () => heardAtMs });
    copies.put(2, synchronous, origin, 0);
    let before = 0;
    for (const step of expected.steps) {
      const [atMs, what] = step;
      if (what === "advanced") copies.advanced(step[2]);
      else if (what === "sweep") copies.sweep(atMs);
      else heardAtMs = atMs;
      if (what === "copied") copies.copied(2, step[2], atMs);
      expect(copies.highWatermark).toBeGreaterThanOrEqual(before);
      before = copies.highWatermark;
    }
    expect(copies.isr).toEqual([...expected.isr]);
    expect(copies.highWatermark).toBe(expected.highWatermark);
    if (expected.enough !== undefined) expect(copies.enough).toBe(expected.enough);
  });
}

test("who was told apart: a copy counts for a batch when it has made all of it durable", () => {
  const copies = new PartitionCopies(START);
  copies.put(2, true, "in", 0);
  copies.put(3, false, "new", 0);
  copies.advanced(10);
  copies.copied(2, 5, 1);
  copies.copied(3, 10, 1);
  expect([5, 6, 10, 11].map((offset) => copies.countWith(offset))).toEqual([3, 2, 2, 1]);
  expect(copies.observers).toEqual([3]);
  expect(copies.replicas).toEqual([1, 2, 3]);
});

describe("where others agree on the ISR", () => {
  const mayJoin = new Set([2, 3]);
  let isOutdated = false;
  const authority = {
    mayJoin: (id: number) => mayJoin.has(id),
    isOutdated: () => isOutdated,
  };

  function copiesOf(isr: readonly number[]) {
    const copies = new PartitionCopies({ ...START, endOffset: 100, highWatermark: 100, authority });
    for (const id of [2, 3]) copies.put(id, true, isr.includes(id) ? "in" : "new", 0);
    return copies;
  }

  test("who falls behind is waited for until it is agreed that it is out", () => {
    const copies = copiesOf([2]);
    copies.copied(2, 100, 0);
    copies.advanced(110);
    copies.sweep(RULES.lagTimeMaxMs + 1000);
    expect(copies.isr).toEqual([1, 2]);
    expect(copies.wantedIsr).toEqual([1]);
    expect(copies.highWatermark).toBe(100);
    copies.agreed(new Set([1]), 5000);
    expect([copies.isr, copies.wantedIsr]).toEqual([[1], [1]]);
    expect(copies.highWatermark).toBe(110);
  });

  test("who is proposed is waited for, and isn't in sync before it is agreed", () => {
    const copies = copiesOf([]);
    copies.copied(2, 100, 0);
    expect(copies.isr).toEqual([1]);
    expect(copies.wantedIsr).toEqual([1, 2]);
    copies.advanced(120);
    expect(copies.highWatermark).toBe(100);
    copies.sweep(RULES.lagTimeMaxMs + 1000);
    expect([copies.wantedIsr, copies.highWatermark]).toEqual([[1, 2], 100]);
    copies.agreed(new Set([1, 2]), 2000);
    expect(copies.isr).toEqual([1, 2]);
    copies.copied(2, 120, 2000);
    expect(copies.highWatermark).toBe(120);
  });

  test("who lacks what may have been committed before isn't proposed", () => {
    const copies = new PartitionCopies({ ...START, endOffset: 100, highWatermark: 40, authority });
    copies.put(2, true, "in", 0);
    copies.put(3, true, "new", 0);
    copies.copied(3, 60, 0);
    copies.copied(3, 99, 10);
    copies.sweep(20);
    expect(copies.wantedIsr).toEqual([1, 2]);
    copies.copied(3, 100, 30);
    expect(copies.wantedIsr).toEqual([1, 2, 3]);
  });

  test("a proposal that wasn't agreed to holds nobody up", () => {
    const copies = copiesOf([]);
    copies.copied(2, 100, 0);
    copies.advanced(120);
    copies.agreed(new Set([1]), 10);
    expect([copies.isr, copies.wantedIsr, copies.highWatermark]).toEqual([[1], [1], 120]);
  });

  test("one that has lost what it had is proposed out, also while it answers", () => {
    const copies = copiesOf([2]);
    copies.copied(2, 7, 0);
    copies.sweep(1);
    expect(copies.wantedIsr).toEqual([1]);
  });

  test("one that catches up before it was out stays in", () => {
    const copies = copiesOf([2]);
    copies.advanced(110);
    copies.sweep(RULES.lagTimeMaxMs + 1000);
    copies.copied(2, 110, RULES.lagTimeMaxMs + 1001);
    copies.sweep(RULES.lagTimeMaxMs + 1002);
    expect([copies.wantedIsr, copies.highWatermark]).toEqual([[1, 2], 110]);
  });

  test("nothing is committed while another broker may lead", () => {
    const copies = copiesOf([]);
    isOutdated = true;
    copies.advanced(120);
    expect(copies.highWatermark).toBe(100);
    isOutdated = false;
    copies.advanced(121);
    expect(copies.highWatermark).toBe(121);
  });

  test("one that may not join isn't proposed", () => {
    mayJoin.delete(3);
    const copies = copiesOf([2]);
    copies.copied(3, 100, 0);
    expect(copies.wantedIsr).toEqual([1, 2]);
    mayJoin.add(3);
  });
});
