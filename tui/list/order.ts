import type { Column } from "./column.ts";
import { compareNaturally } from "./natural-order.ts";

/** What a list is sorted by. */
export interface SortOrder {
  /** A column's name. */
  readonly column: string;
  readonly descending: boolean;
}

/** Rows in their order, and beside them their keys, which are asked for once. */
export interface Ordered<Row> {
  readonly rows: readonly Row[];
  readonly keys: readonly string[];
}

/** Rows in the order that they have. */
export function asTheyAre<Row>(rows: readonly Row[], key: (row: Row) => string): Ordered<Row> {
  return { rows, keys: rows.map(key) };
}

/**
 * The rows in a column's order, those that are equal in it by their keys, so that nothing moves
 * that hasn't changed. Rows of which the value isn't known are last, either way.
 *
 * Ten thousand rows are sorted twice a second: each is asked for its value and its key once, no
 * other text is made, and rows that are in order already are only looked through.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  column: Column<Row> | undefined,
  descending: boolean,
  key: (row: Row) => string,
): Ordered<Row> {
  const keys = rows.map(key);
  const compareKeys = (a: number, b: number) => compareNaturally(keys[a] ?? "", keys[b] ?? "");
  const values = column?.sortBy ? rows.map(column.sortBy.bind(column)) : keys;
  const compareValues = comparison(values, descending);
  const compare = (a: number, b: number): number => compareValues(a, b) || compareKeys(a, b);
  let inOrder = 1;
  while (inOrder < rows.length && compare(inOrder - 1, inOrder) <= 0) inOrder++;
  if (inOrder >= rows.length) return { rows, keys };
  const sorted: Row[] = [];
  const sortedKeys: string[] = [];
  for (const index of Array.from(rows.keys()).sort(compare)) {
    const row = rows[index];
    if (row === undefined) continue;
    sorted.push(row);
    sortedKeys.push(keys[index] ?? "");
  }
  return { rows: sorted, keys: sortedKeys };
}

/** Compares values by their places; those that aren't known come last. */
function comparison(
  values: readonly (number | string | null)[],
  descending: boolean,
): (a: number, b: number) => number {
  const sign = descending ? -1 : 1;
  if (values.some((value) => typeof value === "string")) {
    const texts = values.map((value) => (value === null ? null : String(value)));
    return (a, b) => sign * compareTexts(texts[a] ?? null, texts[b] ?? null, sign);
  }
  const last = Number.POSITIVE_INFINITY;
  const numbers = new Float64Array(values.length);
  values.forEach((value, index) => {
    numbers[index] = typeof value === "number" ? sign * value : last;
  });
  return (a, b) => {
    const one = numbers[a] ?? last;
    const other = numbers[b] ?? last;
    return one === other ? 0 : one - other;
  };
}

function compareTexts(a: string | null, b: string | null, sign: 1 | -1): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? sign : -sign;
  return compareNaturally(a, b);
}

/** The rows in the order that their keys had before; those that are new come last. */
export function keepOrder<Row>(
  rows: readonly Row[],
  before: readonly string[],
  key: (row: Row) => string,
): Ordered<Row> {
  const left = new Map(rows.map((row) => [key(row), row]));
  const kept = new Map<string, Row>();
  for (const one of before) {
    const row = left.get(one);
    if (row !== undefined && left.delete(one)) kept.set(one, row);
  }
  for (const [one, row] of left) kept.set(one, row);
  return { rows: [...kept.values()], keys: [...kept.keys()] };
}
