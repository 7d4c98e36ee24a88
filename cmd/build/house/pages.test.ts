import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { blocksOf } from "../pages/blocks.ts";
import { root } from "./sources.ts";

/** The width of a terminal that nobody has made wider. */
const COLUMNS = 80;

/** A line for programs, which no terminal's width has to hold. */
const JSON_LINE = /^(data: )?\{.*\}$/;

const PAGES = ["*.md", "docs/*.md", "{internal,tui,testdata}/**/*.md"];

/** The pages for people and about the code, from the project's root. */
const files = PAGES.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(root)]).sort();
const aboutCode = files.filter((file) =>
  /^(ARCHITECTURE|(internal|tui)\/.*README)\.md$/.test(file),
);

/** What looks like a file or folder; `cmd/NAME.ts` is one that there isn't yet. */
const PATH = /`((?!\S*NAME)[\w.-]+(?:\/[\w.-]*)+|[\w.-]+\.(?:tsx?|md|json))`/g;

test("what the pages about the code name in backticks is there", () => {
  const missing = aboutCode.flatMap((file) => {
    const places = ["", "internal", path.dirname(file)];
    const isThere = (name: string): boolean =>
      places.some((place) => existsSync(path.join(root, place, name)));
    return namesIn(file, PATH)
      .filter((name) => !isThere(name))
      .map((name) => `${file}: ${name}`);
  });
  expect(aboutCode.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});

test("links lead somewhere", () => {
  const missing = files.flatMap((file) =>
    namesIn(file, /\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)
      .filter((name) => !existsSync(path.join(root, path.dirname(file), name)))
      .map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});

test("what stands in blocks fits a terminal", () => {
  const isWide = (line: string) => Bun.stringWidth(line) > COLUMNS && !JSON_LINE.test(line);
  const wide = files.flatMap((file) =>
    blocksOf(readFileSync(path.join(root, file), "utf8"))
      .filter(({ language }) => language !== "hex")
      .flatMap(({ lines, at }) =>
        lines.map((line, i) => ({ line, place: `${file}:${at + i + 1}` })),
      )
      .flatMap(({ line, place }) => (isWide(line) ? [place] : [])),
  );
  expect(wide).toEqual([]);
});

function namesIn(file: string, pattern: RegExp): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}
