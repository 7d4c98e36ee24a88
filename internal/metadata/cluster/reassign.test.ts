import { expect, test } from "bun:test";
import { seeded } from "../../record/samples.testing.ts";
import type { LiveBroker, PartitionState } from "./cluster-state.ts";
import { mayStay, nextState } from "./elect.ts";
import { calledOff, comingOf, ended, establishedOf, reassigned, targetOf } from "./reassign.ts";

function state(replicas: readonly number[], changes: Partial<PartitionState> = {}): PartitionState {
  const [leader = -1] = replicas;
  const usual = { isr: replicas, leader, session: `s${leader}`, epoch: 1 };
  return { replicas, adding: [], removing: [], ...usual, ...changes };
}

const cases: readonly [
  what: string,
  before: PartitionState,
  target: readonly number[],
  after: readonly [
    replicas: readonly number[],
    adding: readonly number[],
    removing: readonly number[],
  ],
][] = [
  ["the same copies in another order", state([1, 2, 3]), [3, 2, 1], [[3, 2, 1], [], []]],
  ["one for another", state([1, 2, 3]), [4, 2, 3], [[4, 2, 3, 1], [4], [1]]],
  ["more", state([1]), [1, 2, 3], [[1, 2, 3], [2, 3], []]],
  ["fewer", state([1, 2, 3]), [2], [[2, 1, 3], [], [1, 3]]],
  [
    "all others",
    state([1, 2]),
    [3, 4],
    [
      [3, 4, 1, 2],
      [3, 4],
      [1, 2],
    ],
  ],
  [
    "another one while one comes: that is called off",
    state([4, 2, 3, 1], { adding: [4], removing: [1] }),
    [5, 2, 3],
    [
      [5, 2, 3, 4, 1],
      [5, 4],
      [4, 1],
    ],
  ],
  [
    "back, while one comes",
    state([4, 2, 3, 1], { adding: [4], removing: [1] }),
    [1, 2, 3],
    [[1, 2, 3, 4], [4], [4]],
  ],
];

for (const [what, before, target, [replicas, adding, removing]] of cases) {
  test(what, () => {
    const after = reassigned(before, target);
    expect(after).toEqual({ ...before, replicas, adding, removing });
    expect(targetOf(after)).toEqual(target);
    expect([...establishedOf(after)].sort()).toEqual([...establishedOf(before)].sort());
  });
}

test("a move is called off as often as one likes, and ends with what was before", () => {
  const before = state([1, 2, 3]);
  const off = calledOff(calledOff(reassigned(before, [4, 5])));
  expect([...targetOf(off)].sort()).toEqual([1, 2, 3]);
  expect(comingOf(off)).toEqual([]);
  const isThere = ended({ ...off, isr: [1, 2, 3, 4] }, [1, 2, 3, 4]);
  expect(isThere?.isr.toSorted()).toEqual([1, 2, 3]);
  expect(ended({ ...off, isr: [4] }, [4])).toBeNull();
});

test("fewer copies are asked for than are in sync: those that stay have to be", () => {
  const fewer = reassigned(state([1, 2, 3], { isr: [1, 2] }), [3]);
  expect(ended(fewer, fewer.isr)).toBeNull();
  expect(ended({ ...fewer, isr: [1, 2, 3] }, [1, 2, 3])?.isr).toEqual([3]);
});

test("who is in the ISR and isn't there ends no move, and stays in it", () => {
  const moved = reassigned(state([1, 2, 3], { isr: [1, 2, 3] }), [2, 3, 4]);
  const isr = [1, 2, 3, 4];
  expect(ended({ ...moved, isr }, [1, 2, 3])).toBeNull();
  expect(ended({ ...moved, isr }, [2, 4])?.isr).toEqual([2, 3, 4]);
});

/** Lives of a partition: brokers come and go, moves are begun, changed and called off. */
test("whoever leads has all that is committed, and a move ends where all are well", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const chance = seeded(seed);
    const random = { below: (bound: number) => Math.floor(chance() * bound) };
    const live = new Map([1, 2, 3, 4, 5].map((id) => [id, broker(id, 0)]));
    let partition = state([1, 2, 3]);
    /** Who has all that was committed last. */
    let whole = new Set(partition.isr);
    const decide = () => {
      const rules = {
        unclean: false,
        preferred: random.below(3) === 0,
        drained: new Set<number>(),
      };
      for (let next = nextState(partition, live, rules); next; ) {
        expect(next.leader < 0 || whole.has(next.leader)).toBeTrue();
        expect(next.isr.every((id) => whole.has(id) && next?.replicas.includes(id))).toBeTrue();
        expect(next.isr.length).toBeGreaterThan(0);
        partition = next;
        next = nextState(partition, live, { ...rules, preferred: false });
      }
    };
    for (let step = 0; step < 60; step++) {
      const id = 1 + random.below(5);
      const isLed = live.get(partition.leader)?.session === partition.session;
      switch (random.below(9)) {
        case 0:
          live.delete(id);
          break;
        case 1:
          live.set(id, broker(id, step));
          break;
        case 2:
          partition = calledOff(partition);
          break;
        case 3:
          partition = reassigned(partition, someOf([1, 2, 3, 4, 5], 1 + random.below(3), random));
          break;
        case 4:
          // The leader commits something: those in the ISR have it, and nobody else.
          if (isLed) whole = new Set(partition.isr);
          break;
        case 5:
          if (isLed && live.has(id) && partition.replicas.includes(id)) {
            whole.add(id);
            partition = { ...partition, isr: [...new Set([...partition.isr, id])] };
          }
          break;
        case 7:
          if (isLed) {
            const isr = partition.isr.filter((one) => mayStay(one, partition.leader, live));
            partition = { ...partition, isr };
          }
          break;
        case 6:
          for (const one of live.values()) {
            if (one.id === id) live.set(id, { ...one, isCutOff: !one.isCutOff });
          }
          break;
        default:
          decide();
      }
    }
    for (const id of [1, 2, 3, 4, 5]) {
      live.set(id, { ...(live.get(id) ?? broker(id, 99)), isCutOff: false });
    }
    decide();
    partition = { ...partition, isr: partition.replicas };
    whole = new Set(partition.replicas);
    decide();
    expect(partition).toMatchObject({ adding: [], removing: [] });
  }
});

const WELL = { isStopping: false, isDeaf: false, isCutOff: false, hasFailed: false };

function broker(id: number, life: number): LiveBroker {
  return { id, host: "", port: 1, rack: null, session: `s${id}-${life}`, ...WELL };
}

function someOf(
  ids: readonly number[],
  count: number,
  random: { below(bound: number): number },
): readonly number[] {
  const left = [...ids];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0] ?? 0);
}
