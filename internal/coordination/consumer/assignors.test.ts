import { expect, test } from "bun:test";
import { seeded } from "../../record/samples.testing.ts";
import { idOf } from "../fixture.testing.ts";
import { assignRanges } from "./assign-range.ts";
import { assignUniformly } from "./assign-uniform.ts";
import { ASSIGNORS, type Assignee } from "./assignor.ts";
import { held } from "./core.testing.ts";
import { countOf, NO_PARTITIONS, type Partitions, without } from "./partitions.ts";
import type { GroupTopic } from "./topics.ts";

function topicOf(name: string, partitionCount: number): GroupTopic {
  return { name, id: idOf(name), partitionCount };
}

function assigneeOf(memberId: string, topics: readonly GroupTopic[], target = NO_PARTITIONS) {
  return { memberId, instanceId: null, topics, target } satisfies Assignee;
}

/** Those who had a target, with the one they got; and perhaps others. */
function again(targets: ReadonlyMap<string, Partitions>, topics: readonly GroupTopic[]) {
  return Array.from(targets, ([memberId, target]) => assigneeOf(memberId, topics, target));
}

test("rows go to static members by their names, then to the others", () => {
  const topics = [topicOf("t", 7), topicOf("u", 2)];
  const statics = { ...assigneeOf("z", topics), instanceId: "zz" };
  const targets = assignRanges([assigneeOf("b", topics), assigneeOf("a", topics), statics]);
  expect(Object.fromEntries(targets)).toEqual({
    z: held({ t: [0, 1, 2], u: [0] }),
    a: held({ t: [3, 4], u: [1] }),
    b: held({ t: [5, 6] }),
  });
});

test("who leaves gives what it had, and who comes gets its share, and nothing else moves", () => {
  const topics = [topicOf("t", 5), topicOf("u", 4)];
  const three = assignUniformly(["a", "b", "c"].map((memberId) => assigneeOf(memberId, topics)));
  expect([...three.values()].map(countOf)).toEqual([3, 3, 3]);
  const [, ...others] = again(three, topics);
  const two = assignUniformly(others);
  expect([...two.values()].map(countOf).sort()).toEqual([4, 5]);
  for (const { memberId, target } of others) {
    expect(without(target, two.get(memberId) ?? NO_PARTITIONS)).toEqual(NO_PARTITIONS);
  }
  const back = assignUniformly([...again(two, topics), assigneeOf("d", topics)]);
  expect([...back.values()].map(countOf)).toEqual([3, 3, 3]);
  const moved = [...two].map(([id, had]) => countOf(without(had, back.get(id) ?? NO_PARTITIONS)));
  expect(moved.sort()).toEqual([1, 2]);
});

test("who reads other topics gets what only it can read, and more only to even out", () => {
  const [t, u] = [topicOf("t", 6), topicOf("u", 2)];
  const targets = assignUniformly([assigneeOf("a", [t]), assigneeOf("b", [t, u])]);
  expect([...targets.values()].map(countOf)).toEqual([4, 4]);
  expect(targets.get("b")?.get(idOf("u"))).toEqual([0, 1]);
});

test.each(Object.entries(ASSIGNORS))(
  "%s gives each partition of a topic that is read to one who reads it",
  (_, assignor) => {
    const random = seeded(5);
    const below = (bound: number) => Math.floor(random() * bound);
    for (let round = 0; round < 300; round++) {
      const topics = Array.from({ length: 1 + below(4) }, (_each, i) => topicOf(`t${i}`, below(9)));
      let assignees = Array.from({ length: 1 + below(6) }, (_each, i) =>
        assigneeOf(
          `m${i}`,
          topics.filter(() => random() < 0.7),
        ),
      );
      for (let step = 0; step < 3; step++) {
        const targets = assignor(assignees);
        expectWhole(assignees, targets);
        assignees = assignees
          .filter(() => random() < 0.8)
          .map((each) => assigneeOf(each.memberId, each.topics, targets.get(each.memberId)));
        assignees.push(assigneeOf(`n${step}`, topics));
      }
    }
  },
);

function expectWhole(assignees: readonly Assignee[], targets: ReadonlyMap<string, Partitions>) {
  const owners = new Map<string, string>();
  const wanted = new Set<string>();
  for (const { memberId, topics } of assignees) {
    for (const { id, partitionCount } of topics) {
      for (let partition = 0; partition < partitionCount; partition++)
        wanted.add(`${id} ${partition}`);
    }
    const readable = new Set(topics.map(({ id }) => id));
    for (const [topicId, partitions] of targets.get(memberId) ?? NO_PARTITIONS) {
      expect(readable.has(topicId)).toBe(true);
      for (const partition of partitions) {
        expect(owners.has(`${topicId} ${partition}`)).toBe(false);
        owners.set(`${topicId} ${partition}`, memberId);
      }
    }
  }
  expect(new Set(owners.keys())).toEqual(wanted);
}

test("uniform: members that read the same differ by one at most, and the fewest move", () => {
  const random = seeded(9);
  const below = (bound: number) => Math.floor(random() * bound);
  for (let round = 0; round < 300; round++) {
    const topics = Array.from({ length: 1 + below(3) }, (_, i) => topicOf(`t${i}`, below(20)));
    const before = Array.from({ length: 1 + below(8) }, (_, i) => assigneeOf(`m${i}`, topics));
    const targets = assignUniformly(before);
    const stayed = again(targets, topics).filter(() => random() < 0.8);
    const came = Array.from({ length: below(4) }, (_, i) => assigneeOf(`n${i}`, topics));
    const assignees = [...stayed, ...came];
    const next = assignUniformly(assignees);
    const counts = [...next.values()].map(countOf);
    if (counts.length === 0) continue;
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    const total = topics.reduce((sum, { partitionCount }) => sum + partitionCount, 0);
    const moved = stayed.reduce((sum, { memberId, target }) => {
      return sum + countOf(without(target, next.get(memberId) ?? NO_PARTITIONS));
    }, 0);
    expect(moved).toBe(
      fewestMoves(
        stayed.map(({ target }) => countOf(target)),
        assignees.length,
        total,
      ),
    );
  }
});

/** How many have to be taken from members, so that nobody has more than its share. */
function fewestMoves(had: readonly number[], memberCount: number, total: number): number {
  const share = Math.floor(total / memberCount);
  let larger = total % memberCount;
  return had
    .toSorted((a, b) => b - a)
    .reduce((moves, count) => {
      const most = share + (count > share && larger-- > 0 ? 1 : 0);
      return moves + Math.max(0, count - most);
    }, 0);
}
