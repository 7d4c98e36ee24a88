import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Outcome, runPage, stepsOf } from "./session.ts";
import { type Part, partsOf, type Step } from "./steps.ts";

const root = path.resolve(import.meta.dir, "../../..");
const kafkajs = path.join(root, "interop/clients/kafkajs/node_modules");

/** A page with what its reader is to do. */
export interface Page {
  /** From the project's root: `docs/cookbook.md`. */
  readonly name: string;
  readonly text: string;
  readonly parts: readonly Part[];
}

/** The pages for people: README.md and docs/*.md. What this machine can't run is taken out. */
export function readPages(): Page[] {
  const docs = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...docs.sort().map((name) => `docs/${name}`)].map((name) => {
    const text = readFileSync(fileOf(name), "utf8");
    return { name, text, parts: possible(partsOf(text)) };
  });
}

/** Where a page is on this machine. */
export function fileOf(name: string): string {
  return path.join(root, name);
}

/** Does what a page says, with the executable that `npm run build` has made. */
export async function outcomesOf(page: Page): Promise<Outcome[]> {
  if (stepsOf(page.parts).length === 0) return [];
  const nodeModules = existsSync(kafkajs) ? kafkajs : null;
  return await runPage(page.parts, { programs: path.join(root, "dist"), nodeModules });
}

/** Programs of the pages that not every machine has. */
const EXTRAS: readonly (readonly [name: string, isHere: boolean])[] = [
  ["jq", Bun.which("jq") !== null],
  ["kcat", Bun.which("kcat") !== null],
  ["etcd", Bun.which("etcd") !== null],
  ["zstd", Bun.which("zstd") !== null],
  ["curl", Bun.which("curl") !== null],
  ["node", Bun.which("node") !== null && existsSync(path.join(kafkajs, "kafkajs"))],
];

/**
 * The parts up to the first that lacks a program: what is shown behind it may be of what that has
 * written, or of the broker that it has started.
 */
function possible(parts: readonly Part[]): Part[] {
  let why: string | null = null;
  return parts.map((part) => {
    if (part.kind !== "steps") return part;
    const missing = EXTRAS.find(([name, isHere]) => !isHere && part.steps.some(usesProgram(name)));
    if (missing) why ??= `this machine has no ${missing[0]}`;
    return why === null ? part : { kind: "not run", at: part.at, why };
  });
}

function usesProgram(name: string) {
  const called = new RegExp(`(^|[|&;(]) *${name} `, "m");
  return ({ command }: Step): boolean => called.test(command);
}
