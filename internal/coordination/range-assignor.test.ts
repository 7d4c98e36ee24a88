import { expect, test } from "bun:test";
import { seeded } from "../record/samples.testing.ts";
import { assignRange } from "./range-assignor.ts";

test("rows of the same length go to members in the order of their ids", () => {
  const subscribers = ["c", "a", "b"].map((memberId) => ({ memberId, topics: ["t"] }));
  expect(Object.fromEntries(assignRange(subscribers, () => 7))).toEqual({
    a: [{ topic: "t", partitions: [0, 1, 2] }],
    b: [{ topic: "t", partitions: [3, 4] }],
    c: [{ topic: "t", partitions: [5, 6] }],
  });
});

test("who is one too many gets nothing", () => {
  const subscribers = ["a", "b"].map((memberId) => ({ memberId, topics: ["t"] }));
  expect(assignRange(subscribers, () => 1).get("b")).toEqual([]);
});

test("every partition of a topic that somebody reads has one owner, who reads it", () => {
  const random = seeded(11);
  const below = (bound: number) => Math.floor(random() * bound);
  for (let round = 0; round < 300; round++) {
    const counts = new Map(Array.from({ length: 1 + below(4) }, (_, i) => [`t${i}`, below(20)]));
    const subscribers = Array.from({ length: 1 + below(6) }, (_, i) => ({
      memberId: `m${i}`,
      topics: [...counts.keys()].filter(() => random() < 0.7),
    }));
    const assignments = assignRange(subscribers, (topic) => counts.get(topic) ?? 0);
    const owners = new Map<string, string>();
    for (const { memberId, topics } of subscribers) {
      for (const { topic, partitions } of assignments.get(memberId) ?? []) {
        expect(topics).toContain(topic);
        for (const partition of partitions) {
          const place = `${topic}-${partition}`;
          expect(owners.has(place)).toBe(false);
          owners.set(place, memberId);
        }
      }
    }
    const read = [...counts].filter(([topic]) =>
      subscribers.some(({ topics }) => topics.includes(topic)),
    );
    expect(owners.size).toBe(read.reduce((sum, [, count]) => sum + count, 0));
  }
});
