import { beforeAll, expect, test } from "bun:test";
import path from "node:path";
import { importsOf } from "./imports.ts";
import { readSources, type Source } from "./sources.ts";

/** The folders of internal/, lowest first: each may use those before it. */
const LAYERS = [
  "platform",
  "record",
  "storage",
  "replication",
  "metadata",
  "coordination",
  "broker",
  "doors",
  "client",
  "simulator",
];

/** What the folders outside of internal/ may use of it. */
const OUTSIDE: readonly { from: RegExp; to: RegExp; why: string }[] = [
  { from: /^cmd\/build\//, to: /^/, why: "the project's own tools" },
  { from: /^cmd\/log\//, to: /^(cmd|internal)\//, why: "looks into a broker's files" },
  { from: /^cmd\/(broker|dev\.ts)/, to: /^(cmd|internal)\//, why: "puts a broker together" },
  { from: /^cmd\//, to: /^(cmd|tui|internal\/(client|platform))\//, why: "calls the client" },
  { from: /^tui\//, to: /^(tui|internal\/client)\//, why: "draws what the client says" },
  { from: /^(bench|interop|testdata)\//, to: /^/, why: "looks at the house from outside" },
];

let sources: Source[] = [];

beforeAll(async () => {
  sources = (await readSources()).filter((source) => !source.isTest);
});

/** Every import of one of the project's files by another, as `[from, to]`. */
function edges(): [string, string][] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((name) => name.startsWith("."))
      .map((name): [string, string] => [
        source.path,
        path.posix.join(path.posix.dirname(source.path), name),
      ]),
  );
}

/** The folder below internal/, or below internal/doors/ for `depth` 2. */
function part(file: string, depth: 1 | 2): string {
  return file.split("/")[depth] ?? "";
}

test("a layer uses only the layers below it", () => {
  const wrong = edges().filter(([from, to]) => {
    if (!from.startsWith("internal/")) return false;
    if (!to.startsWith("internal/")) return true;
    const [layer, used] = [LAYERS.indexOf(part(from, 1)), LAYERS.indexOf(part(to, 1))];
    return layer < 0 || used < 0 || used > layer;
  });
  expect(wrong).toEqual([]);
});

test("doors don't know each other", () => {
  const isDoor = (file: string): boolean => /^internal\/doors\/[^/]+\//.test(file);
  const wrong = edges().filter(
    ([from, to]) => isDoor(from) && isDoor(to) && part(from, 2) !== part(to, 2),
  );
  expect(wrong).toEqual([]);
});

test("only what puts a program together chooses the real machine", () => {
  const real = "internal/platform/bun/";
  const wrong = edges().filter(
    ([from, to]) => to.startsWith(real) && from.startsWith("internal/") && !from.startsWith(real),
  );
  expect(wrong).toEqual([]);
});

test("the command line and the screens know the client, not the broker", () => {
  const wrong = edges().filter(([from, to]) => {
    if (from.startsWith("internal/")) return false;
    const rule = OUTSIDE.find((candidate) => candidate.from.test(from));
    return rule === undefined || !rule.to.test(to);
  });
  expect(wrong).toEqual([]);
});
