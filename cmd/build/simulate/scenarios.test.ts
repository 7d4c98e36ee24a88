import { expect, test } from "bun:test";
import { runInChild, UNENDED } from "./child.ts";
import { rangeOf } from "./hunt.ts";
import { MUTANTS } from "./mutants.ts";

/** A machine that does other things as well takes many times as long. */
const TIMEOUT_MS = 60_000;

for (const { name, scene, finder } of MUTANTS) {
  if (typeof finder !== "string") continue;
  test(
    `"${finder}" finds the bug "${name}"`,
    async () => {
      let failure: string | null = null;
      await runInChild(rangeOf(scene, finder), name, (outcome) => {
        failure = outcome.failure;
        return false;
      });
      expect(failure).toBeString();
      expect(failure).not.toBe(UNENDED);
    },
    TIMEOUT_MS,
  );
}
