import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { pageFile, pages } from "./docs.ts";

test.each(Object.entries(pages))("%s is as `npm run docs` writes it", (name, written) => {
  const page = readFileSync(pageFile(name), "utf8");
  expect(page).toBe(written(page));
});
