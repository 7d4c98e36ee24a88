import type { Listing, ListingFormat } from "./listing.ts";
import type { Output } from "./output.ts";
import { tablePages, tsvHeader, tsvRows } from "./table.ts";

/** A listing whose rows come one by one: what there is of it before the first. */
export interface StreamedListing<Row> extends Pick<Listing<Row>, "shape" | "columns"> {
  /** The row as an item for programs. */
  readonly item: (row: Row) => object;
}

/** So many rows of a table are aligned with each other. */
const PAGE_ROWS = 500;

/**
 * Prints a listing while its rows come, however many: as `printListing` does, except that a table's
 * columns grow wider where later rows need it. The caller flushes the output at the end. Rows that
 * are `live` leave as soon as they come.
 */
export async function printStream<Row>(
  out: Output,
  format: ListingFormat,
  listing: StreamedListing<Row>,
  rows: AsyncIterable<Row>,
  live = false,
): Promise<void> {
  const printer = printerOf(format, listing);
  out.appendText(printer.begin);
  let page: Row[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < PAGE_ROWS && !live) continue;
    out.appendText(printer.page(page));
    page = [];
    if (out.full || live) await out.flush();
  }
  out.appendText(printer.page(page));
  out.appendText(printer.end);
}

interface Printer<Row> {
  readonly begin: string;
  readonly page: (rows: readonly Row[]) => string;
  readonly end: string;
}

function printerOf<Row>(format: ListingFormat, listing: StreamedListing<Row>): Printer<Row> {
  const { shape, columns, item } = listing;
  const { kind, version } = shape;
  switch (format) {
    case "json": {
      let comma = "";
      const page = (rows: readonly Row[]): string => {
        const items = rows.map((row) => JSON.stringify(item(row))).join(",");
        const text = items === "" ? "" : comma + items;
        if (items !== "") comma = ",";
        return text;
      };
      const head = JSON.stringify({ kind, version }).slice(0, -1);
      return { begin: `${head},"items":[`, page, end: "]}\n" };
    }
    case "ndjson": {
      const line = (row: Row): string => `${JSON.stringify(item(row))}\n`;
      return { begin: "", page: (rows) => rows.map(line).join(""), end: "" };
    }
    case "tsv":
      return { begin: tsvHeader(columns), page: (rows) => tsvRows(columns, rows), end: "" };
    case "wide":
      return { begin: "", page: tablePages(columns), end: "" };
    case "table": {
      const shown = columns.filter((column) => column.wideOnly !== true);
      return { begin: "", page: tablePages(shown), end: "" };
    }
  }
}
