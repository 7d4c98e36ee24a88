import { expect, test } from "bun:test";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { CopyPace } from "./copy-pace.ts";

test("what is sent takes as long as the bound asks for", () => {
  const clock = manualClock();
  const pace = new CopyPace(clock);
  pace.limit(1000);
  expect(pace.isFree).toBeTrue();
  let sentBytes = 0;
  const send = () => {
    sentBytes += 100;
    pace.spend(100);
    pace.whenFree(send);
  };
  send();
  for (let ms = 0; ms < 5000; ms += 10) clock.advance(10);
  expect(sentBytes).toBeGreaterThanOrEqual(4900);
  expect(sentBytes).toBeLessThanOrEqual(5200);
});

test("another bound holds at once, for those that wait, too", () => {
  const clock = manualClock();
  const pace = new CopyPace(clock);
  pace.limit(1);
  pace.spend(1_000_000);
  let isFree = false;
  pace.whenFree(() => {
    isFree = true;
  });
  clock.advance(1000);
  expect([isFree, pace.isFree]).toEqual([false, false]);
  pace.limit(Number.POSITIVE_INFINITY);
  expect([isFree, pace.isFree]).toEqual([true, true]);
});

test("without a bound nothing waits", () => {
  const pace = new CopyPace(manualClock());
  pace.spend(1e12);
  expect(pace.isFree).toBeTrue();
});
