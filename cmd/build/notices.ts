/** What the executable has of others, and under which licences: `NOTICES.txt` of a release. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./executable.ts";

const modules = path.join(root, "node_modules");

/** Licences that ask for their text to be kept, and for nothing else. */
const FINE: ReadonlySet<string> = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

const LINE = "-".repeat(78);

/**
 * The notices for an executable that is made of these files. Throws for a package whose licence
 * nobody has looked at yet.
 */
export function notices(files: Iterable<string>): string {
  const names = [...new Set([...files].flatMap((file) => packageOf(file) ?? []))].sort();
  const intro = [
    "The file `weir` has, besides its own code, under the Apache License 2.0 (LICENSE),",
    "these packages and, below them, the runtime Bun.",
  ];
  return [intro.join("\n"), ...names.map(noticeOf), runtimeNotice()].join(`\n\n${LINE}\n`);
}

/** `@scope/name` of a file in node_modules; null: it is no package's. */
export function packageOf(file: string): string | null {
  const [, inside] = file.split(/.*[/\\]node_modules[/\\]/);
  const [first = "", second = ""] = inside?.split(/[/\\]/) ?? [];
  if (first === "") return null;
  return first.startsWith("@") ? `${first}/${second}` : first;
}

function noticeOf(name: string): string {
  const folder = path.join(modules, name);
  const { version, license, homepage, author } = manifestOf(folder);
  if (!FINE.has(license)) throw new Error(`${name} is under "${license}": see what that asks for`);
  const [file] = readdirSync(folder).filter((each) => /^licen[cs]e/i.test(each));
  const head = `${name} ${version}: ${license}\n${homepage}`;
  if (file !== undefined) return `${head}\n\n${textOf(path.join(folder, file))}`;
  return author === "" ? head : `${head}\nCopyright (c) ${author}`;
}

function runtimeNotice(): string {
  // The types come with the runtime's own pages, of the same version.
  const folder = path.join(modules, "bun-types");
  const text = textOf(path.join(folder, "docs", "project", "license.mdx"));
  return `Bun ${manifestOf(folder).version}\n\n${text.replace(/^---.*?---\s*/s, "")}`;
}

function manifestOf(folder: string) {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(
    readFileSync(path.join(folder, "package.json"), "utf8"),
  );
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const { author, repository } = manifest;
  const nameIn = (value: unknown, field: string) =>
    typeof value === "object" && value !== null ? text(Reflect.get(value, field)) : text(value);
  return {
    version: text(manifest.version),
    license: text(manifest.license),
    homepage: text(manifest.homepage) || nameIn(repository, "url"),
    author: nameIn(author, "name"),
  };
}

function textOf(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim();
}
