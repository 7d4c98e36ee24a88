import { expect, test } from "bun:test";
import { EpochHistory } from "./epoch-history.ts";

function history(...starts: (readonly [epoch: number, startOffset: number])[]): EpochHistory {
  const made = new EpochHistory();
  for (const [epoch, startOffset] of starts) made.admit(epoch, startOffset);
  return made;
}

test("an epoch ends where the next one begins", () => {
  const starts = history([0, 0], [2, 10], [5, 30]);
  const cases = [
    { epoch: 0, end: { epoch: 0, endOffset: 10 } },
    { epoch: 1, end: { epoch: 0, endOffset: 10 } },
    { epoch: 2, end: { epoch: 2, endOffset: 30 } },
    { epoch: 4, end: { epoch: 2, endOffset: 30 } },
    { epoch: 5, end: { epoch: 5, endOffset: 40 } },
    { epoch: 9, end: { epoch: 5, endOffset: 40 } },
  ];
  for (const { epoch, end } of cases) expect(starts.endOf(epoch, 40)).toEqual(end);
});

test("an epoch from before the first one ends where that begins", () => {
  expect(history([3, 20]).endOf(1, 40)).toEqual({ epoch: 1, endOffset: 20 });
  expect(history().endOf(1, 0)).toEqual({ epoch: -1, endOffset: -1 });
});

test("only a greater epoch is news", () => {
  const starts = history([1, 0], [1, 5], [0, 7], [2, 9]);
  expect(starts.starts).toEqual([
    { epoch: 1, startOffset: 0 },
    { epoch: 2, startOffset: 9 },
  ]);
  expect(starts.last).toBe(2);
});

test("a cut at either end leaves what is between", () => {
  const starts = history([0, 0], [2, 10], [5, 30]);
  starts.cutBefore(10);
  expect(starts.starts.map(({ epoch }) => epoch)).toEqual([2, 5]);
  starts.cutFrom(31);
  expect(starts.last).toBe(5);
  starts.cutFrom(30);
  expect(starts.last).toBe(2);
  starts.cutFrom(10);
  expect(starts.last).toBe(-1);
});
