import type { Line } from "../text/line.ts";
import { cleanText, fitLine, padText, widthOf } from "../text/line.ts";
import { type CellContext, type Column, type PlacedColumn, placeColumns } from "./column.ts";
import { parseFilter } from "./filter.ts";
import { asTheyAre, keepOrder, type Ordered, type SortOrder, sortRows } from "./order.ts";

/** What a table is made of. */
export interface TableSpec<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** What no other row has, and a row keeps as long as it is there. */
  readonly key: (row: Row) => string;
  /** What filters look at; the key if left out. */
  readonly search?: (row: Row) => string;
  readonly isFault?: (row: Row) => boolean;
  /** The rows have their order, and no other. */
  readonly inOrder?: true;
}

/** Which rows are shown, and how. */
export interface TableOptions {
  readonly width: number;
  readonly filter: string;
  readonly faultsOnly: boolean;
  /** null: the order of the keys. */
  readonly sort: SortOrder | null;
  /** The order to keep, of someone who is moving about in the table; null: sort. */
  readonly keep: readonly string[] | null;
}

/** A table, ready to be looked at: which rows there are is known, none of them is drawn. */
export interface Table<Row> {
  readonly rows: readonly Row[];
  readonly keys: readonly string[];
  /** Rows before the filter. */
  readonly total: number;
  readonly placed: readonly PlacedColumn<Row>[];
}

/** How many rows are asked for their widths: the widest of the others is cut. */
const MAX_MEASURED = 200;

/** Filters, sorts, and finds the columns' places. */
export function makeTable<Row>(
  { columns, rows, key, search = key, isFault, inOrder }: TableSpec<Row>,
  { width, filter, faultsOnly, sort, keep }: TableOptions,
  context: CellContext,
): Table<Row> {
  const matches = parseFilter(filter);
  let wanted = faultsOnly && isFault ? rows.filter(isFault) : rows;
  if (filter !== "") wanted = wanted.filter((row) => matches(search(row)));
  const column = columns.find(({ name }) => name === sort?.column);
  let ordered: Ordered<Row>;
  if (inOrder) ordered = asTheyAre(wanted, key);
  else if (keep) ordered = keepOrder(wanted, keep, key);
  else ordered = sortRows(wanted, column, sort?.descending ?? false, key);
  const placed = placeColumns(columns, width, ({ cell, header, maxWidth }) => {
    if (maxWidth === undefined) return 0;
    const widths = rows.slice(0, MAX_MEASURED).map((row) => cellWidth(cell(row, context)));
    return Math.max(widthOf(header) + 1, ...widths);
  });
  return { ...ordered, total: rows.length, placed };
}

/** The line above the rows; the column that it is sorted by has an arrow. */
export function headLine<Row>(
  { placed }: Table<Row>,
  sort: SortOrder | null,
  { theme: { glyphs } }: CellContext,
): Line {
  const arrow = sort?.descending ? glyphs.descending : glyphs.ascending;
  const cells = placed.flatMap(({ column: { name, header, align }, width, gap }): Line => {
    const isSorted = name === sort?.column;
    const spaced = `${header} ${arrow}`;
    const marked = widthOf(spaced) <= width ? spaced : header + arrow;
    const text = padText(isSorted ? marked : header, width, align, "");
    return [[" ".repeat(gap)], [text, isSorted ? "accent" : "muted"]];
  });
  return [[" "], ...cells];
}

/** A row as a line. */
export function rowLine<Row>(
  { placed }: Table<Row>,
  row: Row,
  isSelected: boolean,
  context: CellContext,
): Line {
  const { glyphs } = context.theme;
  const cells = placed.flatMap(({ column, width, gap }): Line => {
    const line = asLine(column.cell(row, context));
    return [[" ".repeat(gap)], ...fitLine(line, width, column.align, glyphs.ellipsis)];
  });
  return [[isSelected ? glyphs.pointer : " ", "accent"], ...cells];
}

function cellWidth(cell: ReturnType<Column<never>["cell"]>): number {
  return asLine(cell).reduce((sum, [text]) => sum + widthOf(text), 0);
}

/** A cell's spans, with nothing in them that would take another width than it seems to. */
function asLine(cell: ReturnType<Column<never>["cell"]>): Line {
  const line = isLine(cell) ? cell : [cell];
  return line.map(([text, role]) => (role ? [cleanText(text), role] : [cleanText(text)]));
}

function isLine(cell: ReturnType<Column<never>["cell"]>): cell is Line {
  return typeof cell[0] !== "string";
}
