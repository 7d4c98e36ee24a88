import { beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import packageJson from "../../../package.json";
import { lineAt, placeOf, readSources, root, type Source, walk } from "./sources.ts";

const MAX_COLUMNS = 100;
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;

const FUNCTIONS = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

const DECLARATIONS = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.VariableStatement,
]);

/** Words that say that something was left undone. Spelt so that this file has none of them. */
const LEFTOVERS = /\b(TO[D]O|FIX[M]E|X[X]X|HAC[K]|debugge[r];)|\b(test|describe|it)\.(only|skip)\b/;

let sources: Source[] = [];
let code: Source[] = [];

beforeAll(async () => {
  sources = await readSources();
  code = sources.filter((source) => !source.isTest);
});

/** The lines of all files that `wrong` holds of, as `file:line`. */
function linesWhere(wrong: (line: string) => boolean): string[] {
  return sources.flatMap((source) =>
    source.text.split("\n").flatMap((line, i) => (wrong(line) ? [`${source.path}:${i + 1}`] : [])),
  );
}

test("lines fit their width", () => {
  expect(linesWhere((line) => line.length > MAX_COLUMNS)).toEqual([]);
});

test("nothing is left undone or switched off", () => {
  expect(linesWhere((line) => LEFTOVERS.test(line))).toEqual([]);
});

test("no file knows the machine that it was written on", () => {
  expect(linesWhere((line) => /["'`( ]\/(work|home|root|Users)\//.test(line))).toEqual([]);
});

test("a file tells one story", () => {
  const long = code
    .map(({ path: name, text }) => ({ name, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > MAX_FILE_LINES);
  expect(long).toEqual([]);
});

test("a function fits a screen", () => {
  const long: string[] = [];
  for (const source of code) {
    walk(source.tree, (node) => {
      if (!FUNCTIONS.has(node.kind)) return;
      const first = lineAt(source, node.getStart(source.tree));
      const lines = lineAt(source, node.end) - first + 1;
      if (lines > MAX_FUNCTION_LINES) long.push(`${placeOf(source, node)} has ${lines} lines`);
    });
  }
  expect(long).toEqual([]);
});

test("what other files may use says what it promises", () => {
  const bare = code
    .filter((source) => source.path.startsWith("internal/"))
    .flatMap((source) => undocumented(source).map((node) => placeOf(source, node)));
  expect(bare).toEqual([]);
});

/** Exported declarations with no docstring of their own, nor that of a block they stand in. */
function undocumented(source: Source): Node[] {
  const bare: Node[] = [];
  let documented = false;
  for (const node of source.tree.statements) {
    const start = node.getStart(source.tree);
    const before = source.text.slice(node.pos, start);
    const sameBlock = !before.includes("\n\n");
    documented = before.includes("/**") || (documented && sameBlock);
    const exported = source.text.startsWith("export", start) && DECLARATIONS.has(node.kind);
    if (exported && !documented) bare.push(node);
  }
  return bare;
}

test("every dependency has its reason in ARCHITECTURE.md", () => {
  const page = path.join(root, "ARCHITECTURE.md");
  if (!existsSync(page)) return;
  const text = readFileSync(page, "utf8");
  const names = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies });
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
});
