import type { Span } from "../text/line.ts";
import type { Theme } from "../theme/theme.ts";

/** What a cell may be drawn with, besides its row. */
export interface CellContext {
  readonly theme: Theme;
  /** By the broker's clock, or the best guess at it. */
  readonly nowMs: number;
}

/** One column of a table. */
export interface Column<Row> {
  /** For `:sort`, and in lower case what the header says. */
  readonly name: string;
  readonly header: string;
  readonly align: "left" | "right";
  /** In cells; a column with `grows` takes what its longest text needs, up to `maxWidth`. */
  readonly width: number;
  readonly maxWidth?: number;
  /** Those with the greatest number go first when the screen is narrow; 0 always stays. */
  readonly priority: number;
  cell(row: Row, context: CellContext): Span | readonly Span[];
  /** What the column is sorted by; one without can't be. Unknown (null) is always last. */
  sortBy?(row: Row): number | string | null;
}

type Cells<Row> = Pick<Column<Row>, "maxWidth" | "cell" | "sortBy">;

/** A column of texts. */
export function left<Row>(
  name: string,
  header: string,
  width: number,
  priority: number,
  cells: Cells<Row>,
): Column<Row> {
  return { name, header, align: "left", width, priority, ...cells };
}

/** A column of numbers. */
export function right<Row>(
  name: string,
  header: string,
  width: number,
  priority: number,
  cells: Cells<Row>,
): Column<Row> {
  return { name, header, align: "right", width, priority, ...cells };
}

/** A column that is on the screen. */
export interface PlacedColumn<Row> {
  readonly column: Column<Row>;
  readonly width: number;
  /** Cells between it and the one before it. */
  readonly gap: number;
}

/** Between two columns, on a narrow screen and on a wide one. */
const NARROW_GAP = 1;
const WIDE_GAP = 2;
const WIDE_COLUMNS = 100;
/** The mark of the selected row, and a space at the end. */
const MARGIN = 2;

/**
 * The columns that fit into `width` cells, in their order: those of little importance are left out
 * first, and what is left goes to the columns that can use it.
 */
export function placeColumns<Row>(
  columns: readonly Column<Row>[],
  width: number,
  wantedWidth: (column: Column<Row>) => number,
): PlacedColumn<Row>[] {
  let chosen = [...columns];
  const room = width - MARGIN;
  const gap = width < WIDE_COLUMNS ? NARROW_GAP : WIDE_GAP;
  const needed = (): number =>
    chosen.reduce((sum, column) => sum + column.width, 0) + gap * (chosen.length - 1);
  while (needed() > room) {
    const least = Math.max(...chosen.map(({ priority }) => priority));
    if (least === 0) break;
    const last = chosen.findLastIndex(({ priority }) => priority === least);
    chosen = chosen.toSpliced(last, 1);
  }
  let left = Math.max(0, room - needed());
  return chosen.map((column, index) => {
    const most = column.maxWidth ?? column.width;
    const more = Math.min(left, Math.max(0, Math.min(most, wantedWidth(column)) - column.width));
    left -= more;
    return { column, width: column.width + more, gap: index === 0 ? 0 : gap };
  });
}
