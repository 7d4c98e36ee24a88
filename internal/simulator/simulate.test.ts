import { expect, test } from "bun:test";
import { simulate } from "./simulate.ts";
import { Trace } from "./trace.ts";

/** How many seeds every run of the tests tries: a few seconds' worth. */
const SEEDS = 150;
/** Seeds that find a bug which the code once had, when it is planted again. */
const REGRESSIONS = new Map([
  [7010840, "a journal file of an earlier run was used again, with frames of its new number in it"],
  [6034581, "a segment was cut to nothing before all it had was written again, and the power went"],
  [6285, "a cut that could not be made durable was promised when it was asked for again"],
  [
    6004473,
    "a restart made a segment anew that it had removed, and the next log wrote to that one",
  ],
  [251, "the batches before the start of a log were not known again when they came twice"],
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
