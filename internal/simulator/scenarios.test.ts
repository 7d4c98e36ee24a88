import { expect, test } from "bun:test";
import { SCENARIOS } from "./scenarios.ts";
import { Trace } from "./trace.ts";

/** What a scenario leaves to chance doesn't matter to it: that is tried with so many seeds. */
const SEEDS = 2;
/** A machine that does other things as well takes many times as long. */
const TIMEOUT_MS = 60_000;

for (const { name, play } of SCENARIOS) {
  test(
    name,
    () => {
      for (let seed = 1; seed <= SEEDS; seed++) play(new Trace(), seed);
    },
    TIMEOUT_MS,
  );
}

test("no two scenarios have the same name", () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
});
