import { expect, test } from "bun:test";
import { plot } from "./plot.ts";

const line = { name: "a", color: "#000", values: [1, 10, 100] };

test("each factor of ten is the same step", () => {
  const svg = plot("x", [1, 10, 100], [{ title: "y", lines: [line] }]);
  const [, points = ""] = /points="([^"]*)"/.exec(svg) ?? [];
  const places = points.split(" ").map((point) => point.split(",").map(Number));
  const [[x0 = 0, y0 = 0] = [], [x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = places;
  expect(x1 - x0).toBeCloseTo(x2 - x1, 0);
  expect(y0 - y1).toBeCloseTo(y1 - y2, 0);
  expect(y0).toBeGreaterThan(y2);
});

test("values that are all the same have a place", () => {
  const flat = { ...line, values: [10, 10, 10] };
  expect(plot("x", [1, 10, 100], [{ title: "y", lines: [flat] }])).not.toContain("NaN");
});

test("numbers are told with the letters of their thousands", () => {
  const svg = plot("x", [1, 20_000, 5e9], [{ title: "y", lines: [line] }]);
  for (const told of [">1<", ">20k<", ">5G<", ">100<"]) expect(svg).toContain(told);
});
