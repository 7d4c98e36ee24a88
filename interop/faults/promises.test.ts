import { expect, test } from "bun:test";
import { brokenPromises, type NumberedRecord } from "./promises.ts";

const logOf = (...sequences: number[]): NumberedRecord[] =>
  sequences.map((sequence, offset) => ({ offset, sequence }));

test.each([
  ["nothing", logOf(), logOf(), false, []],
  ["all acked", logOf(0, 1, 2), logOf(0, 1, 2), false, []],
  ["more than was acked", logOf(0, 1, 2), logOf(0), false, []],
  ["one again that may be", logOf(0, 1, 0, 1, 2), logOf(0, 1), true, []],
  ["one again", logOf(0, 1, 1), logOf(), false, ["1 stands at offset 2 again"]],
  ["a gap", logOf(0, 2), logOf(), false, ["2 stands at offset 1 where 1 was due"]],
  ["a gap, repeats or not", logOf(0, 2), logOf(), true, ["2 stands at offset 1 where 1 was due"]],
  ["a lost end", logOf(0), logOf(0, 1), false, ["1 was acked at offset 1, where nothing stands"]],
  [
    "another offset than was acked",
    logOf(0, 1),
    [{ offset: 0, sequence: 1 }],
    false,
    ["1 was acked at offset 0, where 0 stands"],
  ],
  ["an ack without its offset", logOf(0, 1), [{ offset: null, sequence: 1 }], false, []],
  [
    "an ack without its offset of what is lost",
    logOf(0),
    [{ offset: null, sequence: 1 }],
    false,
    ["1 was acked, and isn't there"],
  ],
  ["a lost offset", [{ offset: 1, sequence: 0 }], [], false, ["offset 1 stands at place 0"]],
] as const)("%s", (_, log, acked, mayRepeat, broken) => {
  expect(brokenPromises(log, acked, mayRepeat)).toEqual([...broken]);
});
