import { expect, test } from "bun:test";
import { describeLine } from "./bends.ts";

const around = (median: number) => ({ median, min: median * 0.9, max: median * 1.1 });

test("a line is told as stretches, with what one round alone would show left out", () => {
  const values = [100, 1000, 4000, 4200, 2000].map(around);
  const { text, directions } = describeLine([1, 10, 100, 1000, 5000], values);
  expect(text).toBe(
    "from 1 on it rises to 100 (x 40.00), is level to 1,000 (x 1.05), falls to 5,000 (x 0.48)",
  );
  expect([...directions]).toEqual(["rises", "level", "falls"]);
});

test("values that overlap are level, however far their medians are", () => {
  const values = [
    { median: 100, min: 50, max: 210 },
    { median: 200, min: 200, max: 300 },
  ];
  expect(describeLine([1, 2], values).text).toBe("from 1 on it is level to 2 (x 2.00)");
});
