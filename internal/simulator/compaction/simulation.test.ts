import { expect, test } from "bun:test";
import { Trace } from "../trace.ts";
import { simulateCompaction } from "./simulation.ts";

/** A few seconds' worth; `simulateCompaction` takes any other seed as well. */
const SEEDS = 60;
const TIMEOUT_MS = 120_000;

test(
  "a compacted log keeps its promises through crashes and bad weather",
  () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      try {
        simulateCompaction(seed, new Trace());
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  },
  TIMEOUT_MS,
);

test("the same seed is the same run", () => {
  const first = simulateCompaction(3, new Trace());
  expect(simulateCompaction(3, new Trace())).toEqual(first);
  expect(simulateCompaction(4, new Trace()).traceHash).not.toBe(first.traceHash);
});
