import { expect, test } from "bun:test";
import { summarize } from "./statistics.ts";

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[4, 1], { median: 2.5, min: 1, max: 4 }],
  [[10, 9, 100], { median: 10, min: 9, max: 100 }],
])("%p are summarised in order of size, not of text", (values, summary) => {
  expect(summarize(values)).toEqual(summary);
});

test("nothing has no summary", () => {
  expect(() => summarize([])).toThrow();
});
