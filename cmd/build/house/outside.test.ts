import { beforeAll, expect, test } from "bun:test";
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isPropertyAccessExpression,
} from "typescript/unstable/ast/is";
import { importsOf } from "./imports.ts";
import { placeOf, readSources, type Source, walk } from "./sources.ts";

/** Modules that only compute; every other module of the system reaches the outside world. */
const PURE = new Set(["node:buffer", "node:zlib"]);

/** Values of the language's surroundings that reach the outside world when used at all. */
const GLOBALS = new Set([
  "Bun",
  "console",
  "crypto",
  "fetch",
  "performance",
  "process",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "WebSocket",
  "Worker",
]);

/** Members that reach it, of values that do not otherwise. */
const MEMBERS = new Set(["Date.now", "Math.random"]);

/** Files of the command line that may end the process, each with its reason. */
const ENDS: Readonly<Record<string, string>> = {
  "cmd/main.ts": "the one place where the process ends",
  "cmd/broker.ts": "a start that waits for etcd, say, can only be left",
  "cmd/signals.ts": "a second Ctrl-C ends it whatever it is doing",
};

/** Where a file gives a name a meaning of its own. */
const NAMING = new Set([
  SyntaxKind.BindingElement,
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.ImportSpecifier,
  SyntaxKind.Parameter,
  SyntaxKind.VariableDeclaration,
]);

let sources: Source[] = [];

beforeAll(async () => {
  sources = (await readSources()).filter((source) => !source.isTest);
});

const insidePlatform = (source: Source): boolean => source.path.startsWith("internal/platform/");

test("only the platform imports modules that reach the outside world", () => {
  const wrong = sources
    .filter((source) => source.path.startsWith("internal/") && !insidePlatform(source))
    .flatMap((source) =>
      importsOf(source)
        .filter((name) => /^(node:|bun\b)/.test(name) && !PURE.has(name))
        .map((name) => `${source.path} imports ${name}`),
    );
  expect(wrong).toEqual([]);
});

test("only the platform knows the time, chance, timers and the process", () => {
  const wrong = sources
    .filter((source) => source.path.startsWith("internal/") && !insidePlatform(source))
    .flatMap((source) => uses(source, outsideWorld));
  expect(wrong).toEqual([]);
});

test("the command line prints through its own output, and ends in one place", () => {
  const wrong = sources
    .filter(({ path }) => /^(cmd|tui)\//.test(path) && !path.startsWith("cmd/build/"))
    .flatMap((source) =>
      uses(source, (name) => {
        if (name === "process.exit") return ENDS[source.path] === undefined;
        return name === "console" || name.startsWith("console.");
      }),
    );
  expect(wrong).toEqual([]);
});

function outsideWorld(name: string): boolean {
  return GLOBALS.has(name) || MEMBERS.has(name) || name === "new Date()";
}

/** Where a file calls, makes or looks into something not its own whose name `matters`. */
function uses(source: Source, matters: (name: string) => boolean): string[] {
  const found: { name: string; place: string }[] = [];
  const own = new Set<string>();
  walk(source.tree, (node, parent) => {
    const name = usedName(node, parent);
    if (name !== undefined) found.push({ name, place: placeOf(source, node) });
    const names = NAMING.has(parent.kind) && "name" in parent && parent.name === node;
    if (names && isIdentifier(node)) own.add(node.text);
  });
  return found
    .filter(({ name }) => matters(name) && !own.has(name))
    .map(({ name, place }) => `${place} ${name}`);
}

function usedName(node: Node, parent: Node): string | undefined {
  if (isPropertyAccessExpression(node) && isIdentifier(node.expression)) {
    return `${node.expression.text}.${node.name.text}`;
  }
  if (!isIdentifier(node)) return undefined;
  if (isNewExpression(parent) && parent.expression === node) {
    return `new ${node.text}(${parent.arguments?.length ? "..." : ""})`;
  }
  const looksInto = isPropertyAccessExpression(parent) || isCallExpression(parent);
  return looksInto && parent.expression === node ? node.text : undefined;
}
