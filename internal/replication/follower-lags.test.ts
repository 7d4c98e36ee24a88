import { expect, test } from "bun:test";
import { type CopiedLog, FollowerLags } from "./follower-lags.ts";

/** A log with a copy at each of the brokers 2 and 3, and how often its copies were looked at. */
function logOf(durableOffset: number, offsets: readonly [number, number], startOffset = 0) {
  const log = { startOffset, durableOffset };
  const followers = offsets.map((offset, index) => ({ brokerId: 2 + index, offset }));
  const made = {
    log,
    set: (broker: 2 | 3, offset: number) => Object.assign(followers[broker - 2] ?? {}, { offset }),
    lookCount: 0,
    copies: {
      get followers() {
        made.lookCount++;
        return followers;
      },
    },
  };
  return made satisfies CopiedLog;
}

test("adds up what each follower lacks", () => {
  const lags = new FollowerLags();
  for (const led of [logOf(10, [10, 4]), logOf(7, [5, 7]), logOf(3, [3, 3])]) lags.changed(led);
  expect([...lags.look()].sort()).toEqual([
    [2, 2],
    [3, 6],
  ]);
});

test("counts nothing that was deleted before a copy came to it", () => {
  const lags = new FollowerLags();
  lags.changed(logOf(10, [-1, 10], 8));
  expect([...lags.look()]).toEqual([[2, 2]]);
});

test("looks only at logs that have changed, and at those that a copy lacked something of", () => {
  const lags = new FollowerLags();
  const [equal, behind] = [logOf(5, [5, 5]), logOf(5, [5, 1])];
  for (const led of [equal, behind]) lags.changed(led);
  lags.look();
  expect([...lags.look()]).toEqual([[3, 4]]);
  expect([equal.lookCount, behind.lookCount]).toEqual([1, 2]);
  behind.set(3, 5);
  expect([...lags.look()]).toEqual([]);
  lags.look();
  expect([equal.lookCount, behind.lookCount]).toEqual([1, 3]);
  equal.log.durableOffset = 6;
  lags.changed(equal);
  expect([...lags.look()].length).toBe(2);
});

test("forgets a log that is no longer led", () => {
  const lags = new FollowerLags();
  const led = logOf(5, [0, 0]);
  lags.changed(led);
  lags.forget(led);
  expect([...lags.look()]).toEqual([]);
});
