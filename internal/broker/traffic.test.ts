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

test("a burst after a long silence is not spread over the silence", () => {
  const traffic = new Traffic();
  const meter = new RateMeter(traffic, 0);
  expect(meter.read(500, 0)).toBeNull();
  traffic.written(10, 1000);
  traffic.bytesOut += 2000;
  expect(meter.read(60_500, 60_000)).toEqual({
    recordsInPerSecond: 20,
    bytesInPerSecond: 2000,
    bytesOutPerSecond: 4000,
  });
});

test("what went through before anyone looked does not count", () => {
  const traffic = new Traffic();
  traffic.written(1e6, 1e9);
  const meter = new RateMeter(traffic, 1000);
  expect(meter.read(1000, 0)).toBeNull();
  expect(meter.read(2000, 1000)).toBeNull();
});
