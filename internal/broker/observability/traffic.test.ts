import { expect, test } from "bun:test";
import { RateMeter, Traffic } from "./traffic.ts";

test("rates are means over the last seconds, and nothing soon after the last byte", () => {
  const traffic = new Traffic();
  const meter = new RateMeter(traffic, 0);
  const shown: (number | null)[] = [];
  for (let nowMs = 500; nowMs <= 9000; nowMs += 500) {
    if (nowMs <= 4000) traffic.written(50, 5000);
    shown.push(meter.read(nowMs, nowMs - 500)?.recordsInPerSecond ?? null);
  }
  expect(shown.slice(0, 8)).toEqual(Array(8).fill(100));
  const falling = shown.slice(8).map((rate) => rate ?? 0);
  expect(falling).toEqual(falling.toSorted((a, b) => b - a));
  expect(shown.slice(-2)).toEqual([null, null]);
});

test("a burst after a long silence counts for the last two seconds, as long as they last", () => {
  const traffic = new Traffic();
  const meter = new RateMeter(traffic, 0);
  expect(meter.read(500, 0)).toBeNull();
  traffic.written(10, 1000);
  traffic.bytesOut += 2000;
  const rates = { recordsInPerSecond: 5, bytesInPerSecond: 500, bytesOutPerSecond: 1000 };
  for (const nowMs of [60_500, 61_000, 61_500, 62_000]) {
    expect(meter.read(nowMs, nowMs - 500)).toEqual(rates);
  }
  expect(meter.read(62_500, 62_000)).toBeNull();
});

test("who looks seldom is told means since the last look, who looks often those of 2 s", () => {
  for (const [everyMs, afterMs, perSecond] of [
    [10_000, 10_000, 100],
    [50, 2500, 100],
    [2500, 2500, 40],
  ] as const) {
    const traffic = new Traffic();
    const meter = new RateMeter(traffic, 0);
    for (let nowMs = everyMs; nowMs < afterMs; nowMs += everyMs) {
      traffic.written(everyMs / 10, everyMs);
      meter.read(nowMs, nowMs - everyMs);
    }
    traffic.written(afterMs === everyMs ? (afterMs * perSecond) / 1000 : everyMs / 10, everyMs);
    const told = meter.read(afterMs, afterMs - everyMs)?.recordsInPerSecond;
    expect(told).toBeCloseTo(perSecond, 9);
  }
});

test("what went through before anyone looked does not count", () => {
  const traffic = new Traffic();
  traffic.written(1e6, 1e9);
  const meter = new RateMeter(traffic, 1000);
  expect(meter.read(1000, 0)).toBeNull();
  expect(meter.read(2000, 1000)).toBeNull();
});
