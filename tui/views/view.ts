import type { Screen } from "../app/screen.ts";
import type { Configs } from "../data/configs.ts";
import type { Tail } from "../data/tail.ts";
import type { World } from "../data/world.ts";
import type { CellContext } from "../list/column.ts";
import type { SortOrder } from "../list/order.ts";
import { headLine, makeTable, rowLine, type TableOptions, type TableSpec } from "../list/table.ts";
import type { Line } from "../text/line.ts";

/** What a view is made of. */
export interface ViewContext extends CellContext {
  readonly world: World;
  readonly configs: Configs;
  /** The messages that are being read; null: none are. */
  readonly tail: Tail | null;
  /** Whether messages are shown as bytes. */
  readonly hex: boolean;
  /** The cells that there are for a message's value. */
  readonly valueWidth: number;
}

/** A view with a table: what its rows are, and where they lead. */
export interface View<Row> {
  readonly table: TableSpec<Row>;
  readonly sort: SortOrder | null;
  /** Said where there are no rows at all. */
  readonly empty: string;
  /** What there is to say of all rows together. */
  readonly summary?: Line;
  /** What a row opens; null: nothing. */
  open?(row: Row): Screen | null;
  /** What a row is called, for copying and for commands; its key if left out. */
  nameOf?(row: Row): string;
  /** More about a row, beside the table of a wide screen. */
  detail?(row: Row): readonly Line[];
}

/** A view as the screen uses it, whatever its rows are. */
export interface Listing {
  readonly keys: readonly string[];
  /** Rows before the filter. */
  readonly total: number;
  readonly head: Line;
  /** What it is sorted by; null: its own order. */
  readonly sort: SortOrder | null;
  /** The names of the columns that it can be sorted by. */
  readonly sortable: readonly string[];
  readonly empty: string;
  readonly summary: Line;
  line(index: number, isSelected: boolean): Line;
  open(index: number): Screen | null;
  nameOf(index: number): string | null;
  detail(index: number): readonly Line[] | null;
}

/** Filters, sorts and places a view's rows; draws none of them. */
export function list<Row>(
  view: View<Row>,
  options: Omit<TableOptions, "sort"> & { readonly sort: SortOrder | undefined },
  context: CellContext,
): Listing {
  const sort = options.sort ?? view.sort;
  const table = makeTable(view.table, { ...options, sort }, context);
  const { rows, keys, total } = table;
  const at = <Result>(index: number, use: (row: Row) => Result): Result | null => {
    const row = rows[index];
    return row === undefined ? null : use(row);
  };
  return {
    keys,
    total,
    head: headLine(table, sort, context),
    sort,
    sortable: view.table.columns.filter(({ sortBy }) => sortBy).map(({ name }) => name),
    empty: view.empty,
    summary: view.summary ?? [],
    line: (index, isSelected) => at(index, (row) => rowLine(table, row, isSelected, context)) ?? [],
    open: (index) => at(index, (row) => view.open?.(row) ?? null),
    nameOf: (index) => at(index, (row) => view.nameOf?.(row) ?? view.table.key(row)),
    detail: (index) => at(index, (row) => view.detail?.(row) ?? null),
  };
}
