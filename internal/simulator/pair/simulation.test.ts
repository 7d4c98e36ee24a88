import { expect, test } from "bun:test";
import { Trace } from "../trace.ts";
import { simulatePair } from "./simulation.ts";

/** How many seeds every run of the tests tries: a few seconds' worth. */
const SEEDS = 30;
/** Seeds that failed once, and why. */
const REGRESSIONS = new Map([
  [2063, "what a slave had said was heard after it had lost its disk, which is no broken promise"],
  [47708, "a slave's word was heard after a power loss had taken what was in its memory only"],
  [342, "one that was replaced refused a batch, and its client had gone to the other one"],
  [109945, "an ack left in the event in which its broker crashed, and nobody had seen the record"],
]);
/** A machine that does other things as well takes many times as long. */
const TIMEOUT_MS = 240_000;

test(
  "a pair keeps its promises through crashes, cut networks and promotions",
  () => {
    const first = Array.from({ length: SEEDS }, (_, i) => i + 1);
    for (const seed of [...first, ...REGRESSIONS.keys()]) {
      try {
        simulatePair(seed, new Trace());
      } catch (error) {
        throw new Error(`npm run simulate -- --pairs --seed ${seed} --trace`, { cause: error });
      }
    }
  },
  TIMEOUT_MS,
);

test("the same seed is the same run", () => {
  for (const seed of [3, 8]) {
    const first = simulatePair(seed, new Trace());
    expect(simulatePair(seed, new Trace())).toEqual(first);
    expect(simulatePair(seed + 1, new Trace()).traceHash).not.toBe(first.traceHash);
  }
});
