import { expect, test } from "bun:test";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { seeded } from "../record/samples.testing.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";

test("deadlines pass in their order, on one timer", () => {
  const clock = manualClock();
  const deadlines = new Deadlines(clock);
  const passed: number[] = [];
  for (const delayMs of [50, 10, 30, 20, 40]) {
    deadlines.after(delayMs, () => passed.push(delayMs));
  }
  expect(clock.pendingTimers).toBe(1);
  clock.advance(35);
  expect(passed).toEqual([10, 20, 30]);
  clock.advance(100);
  expect(passed).toEqual([10, 20, 30, 40, 50]);
  expect(clock.pendingTimers).toBe(0);
});

test("what is put off or called off doesn't pass", () => {
  const clock = manualClock();
  const deadlines = new Deadlines(clock);
  const passed: string[] = [];
  const put = deadlines.after(10, () => passed.push("put off"));
  const called = deadlines.after(10, () => passed.push("called off"));
  clock.advance(9);
  put.postpone(10);
  called.cancel();
  clock.advance(9);
  expect(passed).toEqual([]);
  clock.advance(1);
  expect(passed).toEqual(["put off"]);
  put.postpone(5);
  clock.advance(5);
  expect(passed).toEqual(["put off", "put off"]);
});

test("a deadline can be brought forward", () => {
  const clock = manualClock();
  const deadlines = new Deadlines(clock);
  let passed = false;
  const deadline = deadlines.after(1000, () => {
    passed = true;
  });
  deadline.postpone(5);
  clock.advance(5);
  expect(passed).toBe(true);
});

test("what is due at once lets others run before", () => {
  const clock = manualClock();
  const deadlines = new Deadlines(clock);
  let count = 0;
  const again = () => {
    count++;
    deadlines.after(0, again);
  };
  deadlines.after(0, again);
  clock.advance(10);
  expect(count).toBe(10);
  deadlines.clear();
  clock.advance(10);
  expect(count).toBe(10);
  expect(deadlines.size).toBe(0);
});

test("any order of changes gives what a list would", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seeded(seed);
    const clock = manualClock();
    const deadlines = new Deadlines(clock);
    const expected = new Map<number, number>(); // what is to come, by name: its time
    const made: Deadline[] = [];
    const passed: number[] = [];
    for (let step = 0; step < 400; step++) {
      const name = Math.floor(random() * made.length);
      const delayMs = 1 + Math.floor(random() * 100);
      const kind = random();
      if (kind < 0.3) {
        const next = made.length;
        made.push(deadlines.after(delayMs, () => passed.push(next)));
        expected.set(next, clock.monotonicMs() + delayMs);
      } else if (kind < 0.7 && made.length > 0) {
        made[name]?.postpone(delayMs);
        expected.set(name, clock.monotonicMs() + delayMs);
      } else if (kind < 0.8) {
        made[name]?.cancel();
        expected.delete(name);
      } else {
        clock.advance(Math.floor(random() * 20));
        const due = [...expected].filter(([, dueMs]) => dueMs <= clock.monotonicMs());
        expect(passed.splice(0).sort()).toEqual(due.map(([each]) => each).sort());
        for (const [each] of due) expected.delete(each);
      }
      expect(deadlines.size).toBe(expected.size);
    }
  }
});
