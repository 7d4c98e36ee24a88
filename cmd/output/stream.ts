import type { Listing, ListingFormat } from "./listing.ts";
import type { Output } from "./output.ts";
import { tablePages, tsvHeader, tsvRows } from "./table.ts";

/** A listing whose rows come one by one: what there is of it before the first. */
export interface StreamedListing<Row> extends Pick<Listing<Row>, "kind" | "version" | "columns"> {
  /** The row as an item for programs. */
  readonly item: (row: Row) => object;
}

/** So many rows of a table are aligned with each other. */
const PAGE_ROWS = 500;

/**
 * Prints a listing while its rows come, however many: as `printListing` does, except that a table's
 * columns grow wider where later rows need it. The caller flushes the output at the end.
 */
export async function printStream<Row>(
  out: Output,
  format: ListingFormat,
  listing: StreamedListing<Row>,
  rows: AsyncIterable<Row>,
): Promise<void> {
  const printer = printerOf(format, listing);
  out.appendText(printer.begin);
  let page: Row[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < PAGE_ROWS) continue;
    out.appendText(printer.page(page));
    page = [];
    if (out.full) await out.flush();
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
  const { kind, version, columns, item } = listing;
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
