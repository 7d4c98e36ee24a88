import { expect, test } from "bun:test";
import { LatencyHistogram } from "./histogram.ts";

test("nothing has no percentiles", () => {
  const histogram = new LatencyHistogram();
  expect([histogram.percentileMs(0.5), histogram.maxMs]).toEqual([null, null]);
});

test.each([
  ["even", (at: number) => at],
  ["long-tailed", (at: number) => at ** 3 / 1e7],
  ["tiny", (at: number) => at / 1000],
])("percentiles of %s times are right within a percent", (_, timeMs) => {
  const histogram = new LatencyHistogram();
  for (let at = 1; at <= 10_000; at++) histogram.add(timeMs(at));
  for (const share of [0.01, 0.5, 0.99, 0.999, 1]) {
    const right = timeMs(share * 10_000);
    expect(Math.abs((histogram.percentileMs(share) ?? 0) - right)).toBeLessThanOrEqual(right / 100);
  }
  expect(histogram.maxMs).toBe(timeMs(10_000));
});

test("times beyond the buckets count as the last", () => {
  const histogram = new LatencyHistogram();
  for (const timeMs of [-1, 0, 1e9]) histogram.add(timeMs);
  expect(histogram.maxMs).toBe(1e9);
  expect(histogram.percentileMs(0.3)).toBeLessThan(0.01);
  expect(histogram.percentileMs(1)).toBeGreaterThan(900_000);
});
