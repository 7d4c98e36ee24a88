import { describe, expect, test } from "bun:test";
import { newListMemory, select, settle } from "../app/list-memory.ts";
import { lineWidth } from "../text/line.ts";
import { makeTheme } from "../theme/theme.ts";
import { type Column, left, placeColumns, right } from "./column.ts";
import { parseFilter } from "./filter.ts";
import { keepOrder, sortRows } from "./order.ts";
import { headLine, makeTable, rowLine } from "./table.ts";
import { showing } from "./window.ts";

interface Row {
  readonly name: string;
  readonly count: number | null;
}

const columns: readonly Column<Row>[] = [
  left("name", "NAME", 6, 0, {
    maxWidth: 20,
    cell: ({ name }) => [name],
    sortBy: (row) => row.name,
  }),
  right("count", "COUNT", 6, 1, {
    cell: ({ count }) => [String(count)],
    sortBy: (row) => row.count,
  }),
  right("more", "MORE", 10, 2, { cell: () => ["more"] }),
];

const rows: readonly Row[] = [
  { name: "b-10", count: 1 },
  { name: "b-9", count: null },
  { name: "a", count: 7 },
  { name: "c", count: 1 },
];

const nameOf = ({ name }: Row): string => name;
const names = (sorted: readonly Row[]): string[] => sorted.map(nameOf);
const context = { theme: makeTheme("dark", { depth: 0, ascii: false }), nowMs: 0 };

describe("sorting", () => {
  test.each([
    ["name", false, ["a", "b-9", "b-10", "c"]],
    ["name", true, ["c", "b-10", "b-9", "a"]],
    ["count", false, ["b-10", "c", "a", "b-9"]],
    ["count", true, ["a", "b-10", "c", "b-9"]],
    ["none", false, ["a", "b-9", "b-10", "c"]],
  ])("by %s, descending: %p", (name, descending, expected) => {
    const column = columns.find((one) => one.name === name);
    const sorted = sortRows(rows, column, descending, nameOf);
    expect(names(sorted.rows)).toEqual(expected);
    expect(sorted.keys).toEqual(expected);
  });

  test("may wait while someone moves about: the order stays, new rows come last", () => {
    const kept = keepOrder(rows, ["c", "gone", "a"], nameOf);
    expect(names(kept.rows)).toEqual(["c", "a", "b-10", "b-9"]);
    expect(kept.keys).toEqual(["c", "a", "b-10", "b-9"]);
  });
});

describe("filters", () => {
  test.each([
    ["ORD", "orders", true],
    ["!ord", "orders", false],
    ["!ord", "audit", true],
    ["~^o.*s$", "orders", true],
    ["!~^o", "orders", false],
    ["~(", "anything", true],
    ["!", "!", true],
    ["", "anything", true],
  ])("/%s on %s: %p", (filter, text, expected) => {
    expect(parseFilter(filter)(text)).toBe(expected);
  });
});

describe("columns", () => {
  const widths = (width: number): [string, number][] =>
    placeColumns(columns, width, () => 12).map(({ column, width: own }) => [column.name, own]);

  test("go when there is no room, the least important first; the first never does", () => {
    expect(widths(60)).toEqual([
      ["name", 12],
      ["count", 6],
      ["more", 10],
    ]);
    expect(widths(26)).toEqual([
      ["name", 6],
      ["count", 6],
      ["more", 10],
    ]);
    expect(widths(25)).toEqual([
      ["name", 12],
      ["count", 6],
    ]);
    expect(widths(8)).toEqual([["name", 6]]);
  });

  test("give rows and their head the same width", () => {
    for (const width of [20, 40, 99, 100, 160]) {
      const options = { width, filter: "", faultsOnly: false, sort: null, keep: null };
      const table = makeTable({ columns, rows, key: nameOf }, options, context);
      const lines = [headLine(table, null, context)];
      for (const row of table.rows) lines.push(rowLine(table, row, false, context));
      expect(new Set(lines.map(lineWidth)).size).toBe(1);
      expect(lineWidth(lines[0] ?? [])).toBeLessThanOrEqual(width);
    }
  });
});

describe("a place in a list", () => {
  const keysOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `k${at}`);

  test("is always within the list, and on the screen, with no gap below", () => {
    for (let count = 0; count < 9; count++) {
      for (let height = 1; height < 7; height++) {
        for (let index = 0; index < Math.max(1, count); index++) {
          for (let top = 0; top < 12; top++) {
            const first = showing(index, top, count, height);
            expect(first).toBeGreaterThanOrEqual(0);
            expect(index - first).toBeGreaterThanOrEqual(0);
            expect(index - first).toBeLessThan(height);
            if (count >= height) expect(first + height).toBeLessThanOrEqual(count);
            else expect(first).toBe(0);
          }
        }
      }
    }
  });

  test("stays on its row, at its line, while others come and go above it", () => {
    const memory = newListMemory();
    select(memory, 15, keysOf(40), 10);
    expect(memory).toMatchObject({ selected: "k15", index: 15, top: 6 });
    settle(memory, ["new-1", "new-2", ...keysOf(40)], 10);
    expect(memory).toMatchObject({ selected: "k15", index: 17, top: 8 });
    settle(memory, keysOf(40).slice(5), 10);
    expect(memory).toMatchObject({ selected: "k15", index: 10, top: 1 });
  });

  test("passes on to the next row when its own goes", () => {
    const memory = newListMemory();
    select(memory, 2, keysOf(4), 10);
    settle(memory, ["k0", "k1", "k3"], 10);
    expect(memory.index).toBe(2);
    settle(memory, [], 10);
    expect(memory).toMatchObject({ index: 0, top: 0 });
  });

  test("ends at the ends", () => {
    const memory = newListMemory();
    select(memory, 100, keysOf(5), 3);
    expect(memory).toMatchObject({ index: 4, top: 2 });
    select(memory, -3, keysOf(5), 3);
    expect(memory).toMatchObject({ index: 0, top: 0 });
  });
});
