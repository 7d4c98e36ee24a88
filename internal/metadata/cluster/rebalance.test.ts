import { expect, test } from "bun:test";
import { seeded } from "../../record/samples.testing.ts";
import { type PlannedPartition, type PlanRules, planRebalance } from "./rebalance.ts";

/** Brokers by id and rack: `1a`, `2`. */
function rules(names: readonly string[], changes: Partial<PlanRules> = {}): PlanRules {
  const brokers = names.map((name) => {
    return { id: Number.parseInt(name, 10), rack: name.replace(/\d+/, "") || null };
  });
  return { brokers, away: new Set(), copies: null, extent: "even", ...changes };
}

function partitions(rows: readonly (readonly number[])[], sizeBytes = 10): PlannedPartition[] {
  return rows.map((replicas, partition) => ({ topic: "t", partition, replicas, sizeBytes }));
}

function planned(given: readonly PlannedPartition[], by: PlanRules): (readonly number[])[] {
  const moves = planRebalance(given, by);
  return given.map(({ topic, partition, replicas }) => {
    const move = moves.find((each) => each.topic === topic && each.partition === partition);
    if (move) expect(move.from).toEqual(replicas);
    return move?.to ?? replicas;
  });
}

function counts(rows: readonly (readonly number[])[], ids: readonly number[]): number[] {
  return ids.map((id) => rows.filter((row) => row.includes(id)).length);
}

const cases: readonly [
  what: string,
  before: readonly (readonly number[])[],
  rules: PlanRules,
  after: readonly (readonly number[])[],
][] = [
  [
    "nothing to do",
    [
      [1, 2],
      [2, 3],
      [3, 1],
    ],
    rules(["1", "2", "3"]),
    [
      [1, 2],
      [2, 3],
      [3, 1],
    ],
  ],
  ["a broker is new", [[1], [2], [1], [2]], rules(["1", "2", "3", "4"]), [[4], [3], [1], [2]]],
  [
    "only leads are uneven",
    [
      [1, 2],
      [1, 2],
    ],
    rules(["1", "2"]),
    [
      [2, 1],
      [1, 2],
    ],
  ],
  [
    "a broker goes: only its copies move",
    [
      [1, 2],
      [2, 3],
      [3, 4],
    ],
    rules(["2", "3", "4"], { extent: "needed" }),
    [
      [4, 2],
      [2, 3],
      [3, 4],
    ],
  ],
  [
    "who isn't there keeps what it has",
    [
      [1, 2],
      [2, 3],
      [3, 1],
    ],
    rules(["2", "3"], { away: new Set([1]), extent: "needed" }),
    [
      [1, 2],
      [2, 3],
      [3, 1],
    ],
  ],
  [
    "more copies",
    [[1], [2], [3]],
    rules(["1", "2", "3"], { copies: 2 }),
    [
      [1, 2],
      [2, 3],
      [3, 1],
    ],
  ],
  ["nobody can take it", [[1]], rules([], { extent: "needed" }), [[1]]],
  ["fewer copies", [[1, 2, 3]], rules(["1", "2", "3"], { copies: 1 }), [[1]]],
  ["more than there are brokers", [[1]], rules(["1", "2"], { copies: 3 }), [[1, 2]]],
  ["two on one rack", [[1, 2]], rules(["1a", "2a", "3b"]), [[3, 2]]],
  ["fewer: not those that spread", [[1, 2, 3]], rules(["1a", "2a", "3b"], { copies: 2 }), [[1, 3]]],
];

for (const [what, before, by, after] of cases) {
  test(what, () => {
    const sorted = (rows: readonly (readonly number[])[]) =>
      rows.map(([first, ...rest]) => [first, ...rest.sort()]);
    expect(sorted(planned(partitions(before), by))).toEqual(sorted(after));
  });
}

test("small copies move rather than large ones", () => {
  const given = [100, 1, 50, 2].map((sizeBytes, partition) => {
    return { topic: "t", partition, replicas: [1], sizeBytes };
  });
  const moves = planRebalance(given, rules(["1", "2"]));
  expect(moves.map(({ bytes }) => bytes).toSorted()).toEqual([1, 2]);
});

test("a topic's copies are spread where sizes are the same", () => {
  const given = ["a", "a", "b", "b"].map((topic, at) => {
    return { topic, partition: at, replicas: [1], sizeBytes: 5 };
  });
  const moved = planRebalance(given, rules(["1", "2"])).map(({ topic }) => topic);
  expect(moved.toSorted()).toEqual(["a", "b"]);
});

test("whatever there is: as even as it can be, with no move too many, and it stays so", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const chance = seeded(seed);
    const below = (bound: number) => Math.floor(chance() * bound);
    const ids = Array.from({ length: 2 + below(5) }, (_, at) => at + 1);
    const copies = 1 + below(Math.min(3, ids.length));
    const given = Array.from({ length: 1 + below(40) }, (_, partition) => {
      const left = [...ids].slice(0, Math.max(copies, ids.length - below(3)));
      const replicas = Array.from({ length: copies }, () => left.splice(below(left.length), 1)[0]);
      const known = replicas.filter((id) => id !== undefined);
      return { topic: `t${below(3)}`, partition, replicas: known, sizeBytes: below(100) };
    });
    const by = rules(ids.map(String));
    const after = planned(given, by);
    const shares = counts(after, ids);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    const leads = counts(
      after.map((row) => row.slice(0, 1)),
      ids,
    );
    // With one copy each, leads are as even as copies; with more, they nearly always can be.
    expect(Math.max(...leads) - Math.min(...leads)).toBeLessThanOrEqual(copies === 1 ? 1 : 2);
    for (const row of after) expect(new Set(row).size).toBe(copies);
    const most = Math.ceil((given.length * copies) / ids.length);
    const least = Math.floor((given.length * copies) / ids.length);
    const before = counts(
      given.map(({ replicas }) => replicas),
      ids,
    );
    const needed = before.reduce((sum, count) => sum + Math.max(0, count - least), 0);
    const added = after.flatMap((row, at) =>
      row.filter((id) => !given[at]?.replicas.includes(id)),
    ).length;
    expect(added).toBeLessThanOrEqual(needed);
    expect(before.every((count) => count >= least && count <= most) ? added : 0).toBe(0);
    const again = given.map((each, at) => ({ ...each, replicas: after[at] ?? [] }));
    expect(planRebalance(again, by)).toEqual([]);
  }
});

test("racks: each partition is on as many as it can be, whatever it was on before", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const chance = seeded(seed);
    const below = (bound: number) => Math.floor(chance() * bound);
    const names = ["1a", "2a", "3b", "4b", "5c"].slice(0, 3 + below(3));
    const racks = new Set(names.map((name) => name.slice(1)));
    const given = Array.from({ length: 1 + below(20) }, (_, partition) => {
      const left = names.map((name) => Number(name[0]));
      const replicas = [left.splice(below(left.length), 1)[0], left[below(left.length)]];
      return {
        ...{ topic: "t", partition, sizeBytes: below(9) },
        replicas: replicas.filter((id) => id !== undefined),
      };
    });
    for (const row of planned(given, rules(names))) {
      const there = new Set(row.map((id) => names[id - 1]?.slice(1)));
      expect(there.size).toBe(Math.min(2, racks.size));
    }
  }
});

test("thousands of partitions are planned", () => {
  const given = Array.from({ length: 3000 }, (_, partition) => {
    return { topic: `t${partition % 50}`, partition, replicas: [1, 2, 3], sizeBytes: partition };
  });
  const after = planned(given, rules(["1", "2", "3", "4"]));
  expect(counts(after, [1, 2, 3, 4])).toEqual([2250, 2250, 2250, 2250]);
  const leads = after.map((row) => row.slice(0, 1));
  expect(counts(leads, [1, 2, 3, 4])).toEqual([750, 750, 750, 750]);
});
