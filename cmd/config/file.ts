import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { suggestion } from "../nearest.ts";

/** A broker that is called by a name, and how to call it. */
export interface Context {
  readonly broker?: string;
  readonly timeout?: string;
}

/** What the user has written down for the command line. */
export interface UserConfig {
  /** The context that holds where nothing else is said. */
  readonly current: string | null;
  /** The one before it, for `weir context use -`. */
  readonly previous: string | null;
  readonly contexts: ReadonlyMap<string, Context>;
}

/** What a context may say, in the order in which it is written. */
export const contextKeys = ["broker", "timeout"] as const;
const topKeys = ["current", "previous", "context"];

/**
 * Where the file is: WEIR_CONFIG, or `weir/config.toml` in the user's folder for configuration
 * (XDG Base Directory Specification). Never in the working directory: that may be anybody's.
 */
export function configPath(): string {
  const { WEIR_CONFIG = "", XDG_CONFIG_HOME = "", HOME = os.homedir() } = process.env;
  if (WEIR_CONFIG !== "") return WEIR_CONFIG;
  return path.join(XDG_CONFIG_HOME || path.join(HOME, ".config"), "weir", "config.toml");
}

/** Reads the file; there needn't be one. What isn't known in it is told to `warn`. */
export function readUserConfig(warn: (line: string) => void): UserConfig {
  const file = configPath();
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return { current: null, previous: null, contexts: new Map() };
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
  return parseUserConfig(text, (problem) => warn(`warning: ${file}: ${problem}`), file);
}

/** Reads what is in the file. Throws `CommandError` `invalid-config`. */
export function parseUserConfig(
  text: string,
  warn: (problem: string) => void,
  file = "config.toml",
): UserConfig {
  let table: { context?: unknown; current?: unknown; previous?: unknown };
  try {
    table = { ...Bun.TOML.parse(text) };
  } catch (error) {
    throw invalid(file, `not TOML: ${error instanceof Error ? error.message : String(error)}`);
  }
  warnOfUnknown(table, topKeys, "", warn);
  const contexts = new Map<string, Context>();
  for (const [name, value] of Object.entries(tableOf(file, "context", table.context ?? {}))) {
    const fields = tableOf(file, `context.${name}`, value);
    warnOfUnknown(fields, contextKeys, ` in context.${name}`, warn);
    const said = contextKeys.flatMap((key) => {
      const text = textOf(file, `context.${name}.${key}`, fields[key]);
      return text === null ? [] : [[key, text] as const];
    });
    contexts.set(name, Object.fromEntries(said));
  }
  return {
    current: textOf(file, "current", table.current),
    previous: textOf(file, "previous", table.previous),
    contexts,
  };
}

/** Writes the file anew, whole or not at all. */
export function writeUserConfig({ current, previous, contexts }: UserConfig): void {
  const file = configPath();
  const line = (key: string, value: string | null | undefined) =>
    value === null || value === undefined ? [] : [`${key} = ${JSON.stringify(value)}`];
  const lines = [...line("current", current), ...line("previous", previous)];
  for (const [name, context] of contexts) {
    lines.push("", `[context.${JSON.stringify(name)}]`);
    for (const key of contextKeys) lines.push(...line(key, context[key]));
  }
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, `${lines.join("\n").trimStart()}\n`);
    renameSync(temporary, file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError("config-failed", `${file}: ${why}`, exitCodes.failed, "", error);
  }
}

function warnOfUnknown(
  table: object,
  known: readonly string[],
  where: string,
  warn: (problem: string) => void,
): void {
  for (const key of Object.keys(table)) {
    if (!known.includes(key)) warn(`unknown key '${key}'${where}${suggestion(key, known)}`);
  }
}

function tableOf(file: string, name: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(file, `${name} is not a table`);
}

function textOf(file: string, name: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string" && value !== "") return value;
  throw invalid(file, `${name} is not a text`);
}

function invalid(file: string, why: string): CommandError {
  return new CommandError("invalid-config", `${file}: ${why}`, exitCodes.usage);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
