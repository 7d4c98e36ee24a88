import { expect, test } from "bun:test";
import { Trace } from "../trace.ts";
import { simulateCluster } from "./simulation.ts";

/** How many seeds every run of the tests tries: a few seconds' worth. */
const SEEDS = 20;
/** Seeds that failed once, and why. */
const REGRESSIONS = new Map([
  [6, "all was committed while a leader put its copies one by one, those out of sync first"],
  [41, "a broker came into the ISR by what it had said before it lost its disk"],
  [75, "what was led with a lease that had ended was led on when there was a new one"],
  [80, "a topic was made again under a name whose old logs a full disk still had"],
  [110, "a topic grew while brokers were away, by partitions with too few copies to be written"],
  [113, "a copy came into the ISR that lacked what was committed before its leader was restarted"],
  [274, "offsets were asked for while a coordinator handed over, and none were said to be there"],
  [278, "a copy had caught up before its broker was known to be there, and stayed out of the ISR"],
  [700046, "one that was gone was chosen, and who had everything left the ISR with that"],
]);
/** Those of clusters in which copies are moved. */
const MOVES_REGRESSIONS = new Map([
  [269, "a copy that a full disk had kept from going went when it was a copy again"],
  [21939, "a copy that was taken away came back, and was written to a file that was gone"],
]);
/** A machine that does other things as well takes many times as long. */
const TIMEOUT_MS = 240_000;

test(
  "a cluster keeps its promises, whatever happens to brokers, networks and etcd",
  () => {
    const first = Array.from({ length: SEEDS }, (_, i) => i + 1);
    for (const seed of [...first, ...REGRESSIONS.keys()]) {
      try {
        simulateCluster(seed, new Trace());
      } catch (error) {
        throw new Error(`npm run simulate -- --clusters --seed ${seed} --trace`, { cause: error });
      }
    }
  },
  TIMEOUT_MS,
);

test(
  "it keeps them while copies are moved from broker to broker",
  () => {
    const first = Array.from({ length: SEEDS }, (_, i) => i + 1);
    for (const seed of [...first, ...MOVES_REGRESSIONS.keys()]) {
      try {
        simulateCluster(seed, new Trace(), true);
      } catch (error) {
        throw new Error(`npm run simulate -- --moves --seed ${seed} --trace`, { cause: error });
      }
    }
  },
  TIMEOUT_MS,
);

test("the same seed is the same run", () => {
  for (const seed of [3, 8]) {
    const first = simulateCluster(seed, new Trace());
    expect(simulateCluster(seed, new Trace())).toEqual(first);
    expect(simulateCluster(seed + 1, new Trace()).traceHash).not.toBe(first.traceHash);
  }
});
