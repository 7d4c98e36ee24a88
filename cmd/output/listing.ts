import type { Output } from "./output.ts";
import type { JsonShape } from "./shape.ts";
import { type Column, table, tsv } from "./table.ts";

/** How a listing is printed. */
export const listingFormats = ["table", "wide", "json", "ndjson", "tsv"] as const;
export type ListingFormat = (typeof listingFormats)[number];

/**
 * The answer of a verb, for people and for programs.
 *
 * As JSON it is `{"kind": KIND, "version": VERSION, "items": [...]}`, as NDJSON one item a line.
 * Items have names in snake_case, bytes and milliseconds as whole numbers, unknown as null, and
 * only grow new fields; anything else raises `version`. Rows are what the tables have lines of:
 * the items, or parts of them.
 */
export interface Listing<Row> {
  readonly shape: JsonShape;
  readonly items: readonly object[];
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
}

/**
 * Prints a listing; the same fields whoever reads it, a terminal or a pipe. `atMs` says when it was
 * made, where there is one after the other: JSON has it, too, as `time_ms`.
 */
export function printListing<Row>(
  output: Output,
  format: ListingFormat,
  listing: Listing<Row>,
  atMs: number | null = null,
): void {
  const { shape, items, rows, columns } = listing;
  const { kind, version } = shape;
  const time = atMs === null ? {} : { time_ms: atMs };
  switch (format) {
    case "json":
      output.appendText(`${JSON.stringify({ kind, version, ...time, items })}\n`);
      return;
    case "ndjson":
      for (const item of items) output.appendText(`${JSON.stringify({ ...time, ...item })}\n`);
      return;
    case "tsv":
      output.appendText(tsv(columns, rows));
      return;
    case "wide":
      output.appendText(table(columns, rows));
      return;
    case "table":
      output.appendText(
        table(
          columns.filter((column) => column.wideOnly !== true),
          rows,
        ),
      );
  }
}
