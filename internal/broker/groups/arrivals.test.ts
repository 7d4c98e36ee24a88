import { describe, expect, test } from "bun:test";
import { Arrivals, MAX_SPANS } from "./arrivals.ts";

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function fractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How a producer behaves: the time to its next batch, and how many records that has. */
const PRODUCERS: Readonly<Record<string, (fraction: () => number) => readonly [number, number]>> = {
  steady: () => [20, 5],
  irregular: (fraction) => [fraction() * 4000, 1 + Math.floor(fraction() * 50)],
  "with bursts and long pauses": (fraction) =>
    fraction() < 0.02 ? [600_000 * fraction(), 1] : [fraction() * 30, 10],
  rare: (fraction) => [3_600_000 * fraction(), 1],
};

describe.each(Object.entries(PRODUCERS))("of a producer that is %s", (_, next) => {
  test.each([1, 2, 3])("ages are as a full record has them, seed %d", (seed) => {
    const fraction = fractions(seed);
    const arrivals = new Arrivals(100);
    const truth: number[] = [];
    let nowMs = 1000;
    for (let batch = 0; batch < 20_000; batch++) {
      const [pauseMs, count] = next(fraction);
      nowMs += pauseMs;
      for (let each = 0; each < count; each++) truth.push(nowMs);
      arrivals.note(nowMs, 100 + truth.length);
      if (batch % 500 === 0) check();
    }
    nowMs += 5000;
    check();
    expect(arrivals.spanCount).toBeLessThanOrEqual(MAX_SPANS);

    function check(): void {
      for (let sample = 0; sample < 50; sample++) {
        const index = Math.floor(fraction() * truth.length);
        const ageMs = nowMs - (truth[index] ?? 0);
        const told = nowMs - (arrivals.cameAtMs(100 + index) ?? 0);
        expect(Math.abs(told - ageMs)).toBeLessThanOrEqual(Math.max(250, ageMs * 0.1));
      }
    }
  });
});

describe("arrivals", () => {
  test("know nothing of what was there before, nor of what is to come", () => {
    const arrivals = new Arrivals(10);
    expect([arrivals.cameAtMs(9), arrivals.cameAtMs(10)]).toEqual([null, null]);
    arrivals.note(1000, 12);
    const told = [9, 10, 11, 12].map((offset) => arrivals.cameAtMs(offset));
    expect(told).toEqual([null, 1000, 1000, null]);
  });

  test("take no notice of what isn't new", () => {
    const arrivals = new Arrivals(10);
    arrivals.note(1000, 10);
    arrivals.note(2000, 5);
    expect(arrivals.spanCount).toBe(0);
  });

  test("tell where the partition ended", () => {
    const arrivals = new Arrivals(10);
    arrivals.note(1000, 20);
    arrivals.note(1100, 30);
    arrivals.note(5000, 40);
    const ends = [0, 1050, 1100, 3000, 5000, 9000].map((atMs) => arrivals.endAt(atMs));
    expect(ends).toEqual([10, 20, 30, 30, 40, 40]);
  });
});
