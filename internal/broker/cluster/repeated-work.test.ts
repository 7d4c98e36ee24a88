import { expect, test } from "bun:test";
import { type ManualClock, manualClock } from "../../platform/testing/manual-clock.ts";
import { runMicrotasks } from "../../platform/testing/microtasks.ts";
import { RepeatedWork } from "./repeated-work.ts";

const RETRY_MS = 100;

/** Work whose ends are in the test's hands. */
function opened(clock: ManualClock) {
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const failures: unknown[] = [];
  const work = new RepeatedWork({
    clock,
    retryMs: RETRY_MS,
    work: () => new Promise<void>((resolve, reject) => void ends.push({ resolve, reject })),
    failed: (error) => void failures.push(error),
  });
  return { work, ends, failures };
}

test("what is asked for meanwhile is done once more, however often it was asked", () => {
  const { work, ends } = opened(manualClock());
  work.ask();
  expect(ends.length).toBe(1);
  work.ask();
  work.ask();
  expect(ends.length).toBe(1);
  ends[0]?.resolve();
  runMicrotasks();
  expect(ends.length).toBe(2);
  ends[1]?.resolve();
  runMicrotasks();
  expect(ends.length).toBe(2);
  work.ask();
  expect(ends.length).toBe(3);
});

test("what has failed is tried again in a while, or as soon as it is asked for", () => {
  const clock = manualClock();
  const { work, ends, failures } = opened(clock);
  work.ask();
  ends[0]?.reject(new Error("no"));
  runMicrotasks();
  expect([ends.length, failures.length]).toEqual([1, 1]);
  clock.advance(RETRY_MS);
  expect(ends.length).toBe(2);
  ends[1]?.reject(new Error("no"));
  runMicrotasks();
  work.ask();
  expect(ends.length).toBe(3);
});

test("nothing begins any more when it is closed", () => {
  const clock = manualClock();
  const { work, ends } = opened(clock);
  work.ask();
  work.ask();
  work.close();
  ends[0]?.reject(new Error("no"));
  runMicrotasks();
  clock.advance(RETRY_MS);
  work.ask();
  expect(ends.length).toBe(1);
});
