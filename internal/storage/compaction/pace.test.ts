import { expect, test } from "bun:test";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { Pace } from "./pace.ts";

test("work that is quicker than its bound rests until it is on time", async () => {
  const clock = manualClock();
  let checks = 0;
  const pace = new Pace(clock, 1_000_000, () => checks++);
  let restedMs = 0;
  for (let bytes = 0; bytes < 500_000; bytes += 1000) {
    if (!pace.spend(1000)) continue;
    const rest = pace.rest();
    while (clock.pendingTimers > 0) {
      clock.advance(1);
      restedMs++;
    }
    await rest;
  }
  expect(restedMs).toBeGreaterThanOrEqual(490);
  expect(restedMs).toBeLessThanOrEqual(510);
  expect(checks).toBeGreaterThan(100);
});

test("slow work lets others have their turn, and isn't owed what it didn't use", async () => {
  const clock = manualClock();
  const pace = new Pace(clock, 1_000_000, () => {});
  clock.advance(1000);
  expect(pace.spend(1)).toBe(true);
  await pace.rest();
  expect(pace.spend(1)).toBe(false);
  expect(pace.spend(5000)).toBe(true);
});

test("a rest ends the work when it has to end", async () => {
  const pace = new Pace(manualClock(), Number.POSITIVE_INFINITY, () => {
    throw new Error("stop");
  });
  await expect(pace.rest()).rejects.toThrow("stop");
});
