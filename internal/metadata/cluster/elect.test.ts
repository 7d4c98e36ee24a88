import { expect, test } from "bun:test";
import type { LiveBroker, PartitionState } from "./cluster-state.ts";
import { type ElectionRules, isUnclean, mayStay, nextState } from "./elect.ts";

const USUAL: ElectionRules = { unclean: false, preferred: false, drained: new Set() };

/** By id: `2` lives, `2'` lives anew, `2-` will stop, `2~` is cut off, `2!` has a failed disk. */
function live(...brokers: readonly string[]): ReadonlyMap<number, LiveBroker> {
  return new Map(
    brokers.map((text) => {
      const id = Number.parseInt(text, 10);
      const session = text.includes("'") ? `s${id}'` : `s${id}`;
      const isStopping = text.includes("-");
      const isCutOff = text.includes("~");
      const hasFailed = text.includes("!");
      const standing = { isStopping, isDeaf: isCutOff, isCutOff, hasFailed };
      return [id, { id, host: `b${id}`, port: 1, rack: null, session, ...standing }];
    }),
  );
}

function led(leader: number, isr: readonly number[], epoch = 5): PartitionState {
  const session = leader < 0 ? "" : `s${leader}`;
  return { replicas: [1, 2, 3], adding: [], removing: [], isr, leader, session, epoch };
}

/** The same, on its way: `4 2 3 1`, of which 4 is added and 1 goes. */
function moving(leader: number, isr: readonly number[], epoch = 5): PartitionState {
  return { ...led(leader, isr, epoch), replicas: [4, 2, 3, 1], adding: [4], removing: [1] };
}

/** The same, at its end. */
function moved(leader: number, isr: readonly number[], epoch = 5): PartitionState {
  return { ...led(leader, isr, epoch), replicas: [4, 2, 3] };
}

const cases: readonly [
  what: string,
  before: PartitionState,
  brokers: readonly string[],
  rules: Partial<ElectionRules>,
  after: PartitionState | null,
][] = [
  ["all is well", led(1, [1, 2, 3]), ["1", "2", "3"], {}, null],
  ["a copy that is out of sync is nobody's leader", led(1, [1]), ["2", "3"], {}, led(-1, [1], 6)],
  ["the leader has died", led(1, [1, 2, 3]), ["2", "3"], {}, led(2, [1, 2, 3], 6)],
  ["the leader and the next one have died", led(1, [1, 2, 3]), ["3"], {}, led(3, [1, 2, 3], 6)],
  ["the leader's disk has failed", led(1, [1, 2, 3]), ["1!", "2", "3"], {}, led(2, [1, 2, 3], 6)],
  ["a follower's disk has failed", led(1, [1, 2, 3]), ["1", "2!", "3"], {}, null],
  ["all disks have failed: it stays as it is", led(1, [1, 2]), ["1!", "2!", "3"], {}, null],
  ["a follower has died", led(1, [1, 2, 3]), ["1", "3"], {}, null],
  ["a follower outside of the ISR has died", led(1, [1, 2]), ["1", "2"], {}, null],
  ["all have died: who was in sync stays so", led(1, [1, 2]), [], {}, led(-1, [1, 2], 6)],
  ["nobody leads, and nobody has come", led(-1, [1, 2]), ["3"], {}, null],
  ["one that was in sync comes back", led(-1, [1, 2]), ["2", "3"], {}, led(2, [1, 2], 6)],
  [
    "nobody in sync is there, and that may be",
    led(1, [1]),
    ["3"],
    { unclean: true },
    led(3, [3], 6),
  ],
  ["unclean where it needn't be", led(1, [1, 3]), ["2", "3"], { unclean: true }, led(3, [1, 3], 6)],
  ["the leader is about to stop", led(1, [1, 2, 3]), ["1-", "2", "3"], {}, led(2, [1, 2, 3], 6)],
  ["the leader is cut off", led(1, [1, 2, 3]), ["1~", "2", "3"], {}, led(2, [1, 2, 3], 6)],
  ["a follower is about to stop", led(1, [1, 2, 3]), ["1", "2-", "3"], {}, null],
  ["a follower is cut off", led(1, [1, 2, 3]), ["1", "2", "3~"], {}, null],
  ["all are cut off", led(2, [1, 2, 3]), ["1~", "2~", "3~"], { preferred: true }, null],
  ["all are about to stop", led(1, [1, 2]), ["1-", "2-"], {}, null],
  ["who is about to stop isn't chosen", led(1, [1, 2, 3]), ["2-", "3"], {}, led(3, [1, 2, 3], 6)],
  ["nobody else can lead", led(1, [1]), ["1-", "2", "3"], {}, null],
  ["only who is about to stop can lead", led(1, [1, 2]), ["2-"], {}, led(2, [1, 2], 6)],
  ["the lead stays where it is", led(2, [1, 2, 3]), ["1", "2", "3"], {}, null],
  ["the first is back", led(2, [1, 2]), ["1", "2"], { preferred: true }, led(1, [1, 2], 6)],
  ["the first isn't in sync yet", led(2, [2, 3]), ["1", "2", "3"], { preferred: true }, null],
  ["the first is about to stop", led(2, [1, 2]), ["1-", "2"], { preferred: true }, null],
  [
    "a drained broker leads no more",
    led(1, [1, 2]),
    ["1", "2"],
    { drained: new Set([1]) },
    led(2, [1, 2], 6),
  ],
  ["a drained broker alone leads on", led(1, [1]), ["1", "2"], { drained: new Set([1]) }, null],
  [
    "a drained broker is better than one that stops",
    led(2, [1, 2]),
    ["1", "2-"],
    { drained: new Set([1]) },
    led(1, [1, 2], 6),
  ],
  [
    "a drained broker isn't preferred",
    led(2, [1, 2]),
    ["1", "2"],
    { drained: new Set([1]), preferred: true },
    null,
  ],
  ["a new copy isn't in sync yet", moving(1, [1, 2, 3]), ["1", "2", "3", "4"], {}, null],
  [
    "a new copy is in sync, and the leader goes",
    moving(1, [1, 2, 3, 4]),
    ["1", "2", "3", "4"],
    {},
    moved(4, [2, 3, 4], 6),
  ],
  [
    "a new copy is in sync, and the leader stays",
    moving(2, [1, 2, 3, 4]),
    ["1", "2", "3", "4"],
    {},
    moved(2, [2, 3, 4], 6),
  ],
  [
    "one that goes has died before",
    moving(2, [1, 2, 3, 4]),
    ["2", "3", "4"],
    {},
    moved(2, [2, 3, 4], 6),
  ],
  [
    "a copy is added, and none goes",
    { ...moving(1, [1, 2, 3, 4]), removing: [] },
    ["1", "2", "3", "4"],
    {},
    { ...moving(1, [1, 2, 3, 4]), adding: [], removing: [] },
  ],
  [
    "one that stays is dead: as many are in sync as before",
    moving(1, [1, 2, 4]),
    ["1", "2", "4"],
    {},
    moved(4, [2, 4], 6),
  ],
  [
    "one that stays is dead, and in the ISR still: it stays there, and doesn't count",
    moving(1, [1, 2, 3, 4]),
    ["1", "2", "4"],
    {},
    moved(4, [2, 3, 4], 6),
  ],
  [
    "one that comes is dead, and in the ISR still: it doesn't count",
    moving(1, [1, 2, 3, 4]),
    ["1", "2", "3"],
    {},
    null,
  ],
  [
    "nobody leads: the move waits for a leader",
    moving(-1, [1, 2, 4]),
    ["1", "2", "4"],
    {},
    moving(4, [1, 2, 4], 6),
  ],
  [
    "an unclean leader isn't one that is being added, if there is another",
    moving(1, [1]),
    ["3", "4"],
    { unclean: true },
    moving(3, [3], 6),
  ],
  [
    "a drained leader that is cut off as all are leads on",
    led(1, [1, 2]),
    ["1~", "2~"],
    { drained: new Set([1]) },
    null,
  ],
  [
    "who is cut off doesn't end a move before enough others are in sync",
    moving(2, [1, 2, 3, 4]),
    ["1", "2", "3", "4~"],
    {},
    null,
  ],
];

for (const [what, before, brokers, rules, after] of cases) {
  test(what, () => {
    expect(nextState(before, live(...brokers), { ...USUAL, ...rules })).toEqual(after);
  });
}

test("those in the ISR stay there that are there, and well where the leader is", () => {
  const stay = (leader: number, ...brokers: readonly string[]) =>
    [1, 2, 3].filter((id) => mayStay(id, leader, live(...brokers)));
  expect(stay(1, "1", "2", "3")).toEqual([1, 2, 3]);
  expect(stay(1, "1", "3")).toEqual([1, 3]);
  expect(stay(1, "1", "2-", "3")).toEqual([1, 3]);
  expect(stay(2, "1~", "2", "3!")).toEqual([2]);
  expect(stay(1, "1~", "2~")).toEqual([1, 2]);
});

test("the same broker in another life leads with another epoch", () => {
  const after = nextState(led(1, [1, 2]), live("1'", "2"), USUAL);
  expect(after).toEqual({ ...led(1, [1, 2], 6), session: "s1'" });
});

test("who comes from outside the ISR loses records", () => {
  expect(isUnclean(led(1, [1]), led(3, [3], 6))).toBeTrue();
  expect(isUnclean(led(1, [1, 3]), led(3, [3], 6))).toBeFalse();
  expect(isUnclean(led(1, [1]), led(-1, [1], 6))).toBeFalse();
});
