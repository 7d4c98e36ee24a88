import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { settingsPage, withTables } from "./settings-tables.ts";

test("the page has every setting as it is; `npm run docs` brings it up to date", () => {
  const page = readFileSync(settingsPage, "utf8");
  expect(page).toBe(withTables(page));
});
