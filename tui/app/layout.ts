import { MOST_SHOWN } from "../views/overview.ts";
import { TILE_HEIGHT } from "../views/tiles.ts";
import type { ViewName } from "./screen.ts";

/** A terminal's size, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below this there is only a sentence. */
export const SMALLEST: Size = { columns: 60, rows: 15 };

/** From here on there is room for more about the selected row beside a table. */
const WIDE_COLUMNS = 120;
const DETAIL_COLUMNS = 44;
/** The overview's boxes need so much; with less they are lines. */
const BOX_SIZE: Size = { columns: 80, rows: 20 };
const FACT_LINES = 4;
/** What the overview's table has at the most: brokers, partitions and groups, and a gap. */
const MOST_ROWS = 3 * MOST_SHOWN + 1;

/**
 * How a screen is divided: a line at the top and one at the bottom, and between them, one below
 * the other, what stands above the table, the table with its head, and what stands below it.
 */
export interface Layout {
  readonly bodyHeight: number;
  /** Lines above the table; 0 but for the overview. */
  readonly aboveHeight: number;
  readonly hasBoxes: boolean;
  readonly tableWidth: number;
  /** Rows of the table, without its head. */
  readonly tableHeight: number;
  /** Lines below the table; 0 but for the overview. */
  readonly belowHeight: number;
  /** Beside the table; 0: there is no room for it. */
  readonly detailWidth: number;
}

/** Whether there is too little room to show anything. */
export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows;
}

/** Divides a screen. */
export function layoutOf(size: Size, view: ViewName): Layout {
  const { columns, rows } = size;
  const bodyHeight = rows - 2;
  if (view === "overview") return overviewLayout(size, bodyHeight);
  const hasDetail = columns >= WIDE_COLUMNS && view !== "events" && view !== "message";
  const wanted = view === "messages" ? Math.floor(columns / 2) : DETAIL_COLUMNS;
  const detailWidth = hasDetail ? wanted : 0;
  return {
    bodyHeight,
    aboveHeight: 0,
    hasBoxes: false,
    tableWidth: columns - detailWidth,
    tableHeight: bodyHeight - 1,
    belowHeight: 0,
    detailWidth,
  };
}

/** The overview's table is short, so that there is room for its events below it. */
function overviewLayout({ columns, rows }: Size, bodyHeight: number): Layout {
  const hasBoxes = columns >= BOX_SIZE.columns && rows >= BOX_SIZE.rows;
  const aboveHeight = hasBoxes ? TILE_HEIGHT : FACT_LINES + 1;
  const left = bodyHeight - aboveHeight - 1;
  const tableHeight = Math.min(MOST_ROWS, Math.ceil(left * 0.7));
  const belowHeight = left - tableHeight;
  const tableWidth = columns;
  return {
    bodyHeight,
    aboveHeight,
    hasBoxes,
    tableWidth,
    tableHeight,
    belowHeight,
    detailWidth: 0,
  };
}
