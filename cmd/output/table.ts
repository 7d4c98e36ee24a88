/** One column of a listing. */
export interface Column<Row> {
  /** A single word in capitals, so that a header line splits like its rows. */
  readonly header: string;
  readonly align: "left" | "right";
  /** What people read: one line, nothing cut off. */
  text(row: Row): string;
  /** What programs read, where that differs: plain numbers, unrounded. */
  plain?(row: Row): string;
  /** Only in the wide table. */
  readonly wideOnly?: true;
}

const columnGap = "  ";

/** A table with a header line and one line a row: no borders, nothing cut off or wrapped. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return tablePages(columns)(rows);
}

/**
 * A table that comes in pages: returns what makes the lines of the next rows, the header before the
 * first. Columns are as wide as what has been in them so far.
 */
export function tablePages<Row>(columns: readonly Column<Row>[]): (rows: readonly Row[]) => string {
  const widths = columns.map(() => 0);
  let hasHeader = false;
  return (rows) => {
    const lines = rows.map((row) => columns.map((column) => cell(column.text(row))));
    if (!hasHeader) lines.unshift(columns.map((column) => column.header));
    hasHeader = true;
    for (const cells of lines) {
      for (const [at, text] of cells.entries()) {
        widths[at] = Math.max(widths[at] ?? 0, Bun.stringWidth(text));
      }
    }
    return lines.map((cells) => `${lineOf(columns, widths, cells)}\n`).join("");
  };
}

function lineOf<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  cells: readonly string[],
): string {
  const padded = cells.map((text, at) => {
    const fill = " ".repeat((widths[at] ?? 0) - Bun.stringWidth(text));
    return columns[at]?.align === "right" ? fill + text : text + fill;
  });
  return padded.join(columnGap).trimEnd();
}

/** Tab-separated values with a header line; tabs, line ends and backslashes are escaped. */
export function tsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return tsvHeader(columns) + tsvRows(columns, rows);
}

/** The header line of tab-separated values. */
export function tsvHeader<Row>(columns: readonly Column<Row>[]): string {
  return `${columns.map((column) => column.header.toLowerCase()).join("\t")}\n`;
}

/** The lines of some rows as tab-separated values. */
export function tsvRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    columns.map((column) => escapeTsv((column.plain ?? column.text).call(column, row))),
  );
  return lines.map((cells) => `${cells.join("\t")}\n`).join("");
}

/** A cell keeps to its line whatever it holds, and is never nothing: columns stay countable. */
function cell(text: string): string {
  if (text === "") return "-";
  return escapeControls(text);
}

function escapeTsv(text: string): string {
  return escapeControls(text.replaceAll("\\", "\\\\"));
}

/** Control characters as escapes: a value must not move the cursor or end the line. */
function escapeControls(text: string): string {
  return text
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replaceAll("\r", "\\r")
    .replaceAll(/\p{Cc}/gu, (control) => {
      return `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
    });
}
