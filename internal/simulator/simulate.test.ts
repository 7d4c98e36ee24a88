import { expect, test } from "bun:test";
import { simulate } from "./simulate.ts";
import { Trace } from "./trace.ts";

/** How many seeds every run of the tests tries: a few seconds' worth. */
const SEEDS = 150;
/** Seeds that once found a bug. */
const REGRESSIONS = new Map([
  [303079, "a cut that could not be made durable was promised when it was asked for again"],
  [3001903, "what a restart had missed counted as synced before that was durably noted"],
  [1137303, "the batches before the start of such a log were not known again when they came twice"],
  [1131355, "a sync that failed in a checkpoint was told when others had gone by the next one"],
  [1110651, "a log cut behind what a power loss had left of it was lost by the next restart"],
]);
/** A machine that does other things as well takes many times as long. */
const TIMEOUT_MS = 120_000;

test(
  "nothing that was promised is broken",
  () => {
    const first = Array.from({ length: SEEDS }, (_, i) => i + 1);
    for (const seed of [...first, ...REGRESSIONS.keys()]) {
      try {
        simulate("single", seed, new Trace());
      } catch (error) {
        throw new Error(`npm run simulate -- --seed ${seed} --trace`, { cause: error });
      }
    }
  },
  TIMEOUT_MS,
);

test("the same seed is the same run, down to every call of the disk", () => {
  for (const seed of [7, 8, 77, 78]) {
    const lines: string[] = [];
    const first = simulate("single", seed, new Trace((line) => lines.push(line)));
    const again = simulate("single", seed, new Trace());
    expect(again).toEqual(first);
    expect(lines.length).toBeGreaterThan(100);
    expect(simulate("single", seed + 1, new Trace()).traceHash).not.toBe(first.traceHash);
  }
});
