import type { Column } from "./column.ts";

/** What a list is sorted by. */
export interface SortOrder {
  /** A column's name. */
  readonly column: string;
  readonly descending: boolean;
}

/**
 * The rows in a column's order, those that are equal in it by their keys, so that nothing moves
 * that hasn't changed. Rows of which the value isn't known are last, either way.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  column: Column<Row> | undefined,
  descending: boolean,
  key: (row: Row) => string,
): Row[] {
  const sortBy = column?.sortBy?.bind(column) ?? key;
  const keyed = rows.map((row) => ({
    row,
    value: sortable(sortBy(row)),
    key: naturalOrder(key(row)),
  }));
  const direction = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) {
      if (a.value !== b.value) return a.value === null ? 1 : -1;
    } else if (a.value !== b.value) {
      return a.value < b.value ? -direction : direction;
    }
    return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
  });
  return keyed.map(({ row }) => row);
}

/** The rows in the order that their keys had before; those that are new come last. */
export function keepOrder<Row>(
  rows: readonly Row[],
  before: readonly string[],
  key: (row: Row) => string,
): Row[] {
  const byKey = new Map(rows.map((row) => [key(row), row]));
  const kept: Row[] = [];
  for (const one of before) {
    const row = byKey.get(one);
    if (row === undefined) continue;
    kept.push(row);
    byKey.delete(one);
  }
  kept.push(...byKey.values());
  return kept;
}

function sortable(value: number | string | null): number | string | null {
  return typeof value === "string" ? naturalOrder(value) : value;
}

/** A text that sorts, character by character, as people sort: `orders-9` before `orders-10`. */
function naturalOrder(text: string): string {
  return text.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}
