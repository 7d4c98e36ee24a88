import { expect, test } from "bun:test";
import type { PlannedMove } from "../../internal/client/moves/plan.ts";
import type { GlobalOptions } from "../options.ts";
import { Output } from "../output/output.ts";
import type { Stdio } from "../stdio.ts";
import { mayMove } from "./moves.ts";

const options: GlobalOptions = { broker: { host: "one", port: 9092 } };
const moves: readonly PlannedMove[] = [
  { topic: "orders", partition: 3, from: [1, 2], to: [2, 3], bytes: 7 },
];

/** Streams of a script: nobody can be asked. */
function script() {
  const printed: string[] = [];
  const out = new Output(async (bytes, from, to) => {
    printed.push(new TextDecoder().decode(bytes.subarray(from, to)));
    return to - from;
  });
  const terminal = { inputIsTerminal: false, outputIsScreen: false, notesAreWatched: false };
  const stdio: Stdio = { out, ...terminal, onBug: null, note() {}, progress() {} };
  return { stdio, printed };
}

test("a dry run prints what is planned, and moves nothing", async () => {
  const { stdio, printed } = script();
  expect(await mayMove(stdio, { ...options, dryRun: true, yes: true }, moves)).toBe(false);
  expect(printed.join("")).toMatch(/orders +3 +1,2 +2,3 +7B +planned/);
});

test("where nobody can be asked, --yes is needed", async () => {
  const { stdio, printed } = script();
  expect(await mayMove(stdio, { ...options, yes: true }, moves)).toBe(true);
  await expect(mayMove(stdio, options, moves)).rejects.toThrow("copies would be moved.");
  expect(printed).toEqual([]);
});
