/** Brings the parts of docs/ up to date that are written out of the code: `npm run docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withErrors } from "./errors-table.ts";
import { withEvents } from "./events-table.ts";
import { withKafka } from "./kafka-tables.ts";
import { withScreen } from "./screen-tables.ts";
import { withTables } from "./settings-tables.ts";

/** The pages by their names, with what makes each of them as it has to be of what it is. */
export const pages: Readonly<Record<string, (page: string) => string>> = {
  "configuration.md": withTables,
  "kafka.md": withKafka,
  "native-protocol.md": withErrors,
  "operations.md": withEvents,
  "screen.md": withScreen,
};

/** Where a page is. */
export function pageFile(name: string): string {
  return path.resolve(import.meta.dir, "../../docs", name);
}

if (import.meta.main) {
  for (const [name, written] of Object.entries(pages)) {
    writeFileSync(pageFile(name), written(readFileSync(pageFile(name), "utf8")));
  }
}
