import type { Command } from "commander";
import { usageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { checked, defaultTimeoutMs, parseTimeoutMs } from "../options.ts";
import { addressText, ParseError, parseAddress } from "../parse/values.ts";
import type { Stdio } from "../stdio.ts";
import { type Context, configPath, readUserConfig, type UserConfig } from "./file.ts";

/** A value that holds, and who said so. */
export interface Resolved {
  readonly name: string;
  readonly value: string | null;
  /** A flag, the environment, a context, the file, or nobody. */
  readonly source: string;
}

/** The context that holds: the one that is named, or the file's current one; null for none. */
interface Chosen {
  readonly name: string;
  readonly source: string;
  readonly context: Context;
}

/**
 * Puts what the chosen context says in the place of defaults: flags and the environment win.
 * Throws a usage error for a context that isn't there, or says what it may not.
 */
export function applyContext(stdio: Stdio, root: Command): void {
  const config = readUserConfig((line) => stdio.note(line));
  const chosen = choose(config, root);
  if (chosen === null) return;
  const put = (name: "broker" | "timeout", parse: (text: string) => unknown): void => {
    const text = chosen.context[name];
    const source = root.getOptionValueSource(name);
    if (text === undefined || source === "cli" || source === "env") return;
    root.setOptionValueWithSource(name, parsed(chosen.name, name, text, parse), "config");
  };
  put("broker", parseAddress);
  put("timeout", parseTimeoutMs);
}

/** What holds for calls, with the source of each value. */
export function resolved(root: Command): Resolved[] {
  const config = readUserConfig(() => {});
  const chosen = choose(config, root);
  const sourceOf = (name: string, env: string): string => {
    const source = root.getOptionValueSource(name);
    if (source === "cli") return "flag";
    if (source === "env") return env;
    return source === "config" ? `context ${chosen?.name ?? ""}` : "default";
  };
  const { broker, timeout = defaultTimeoutMs } = root.opts();
  return [
    {
      name: "config",
      value: configPath(),
      source: process.env.WEIR_CONFIG ? "WEIR_CONFIG" : "default",
    },
    { name: "context", value: chosen?.name ?? null, source: chosen?.source ?? "default" },
    { name: "broker", value: addressText(broker), source: sourceOf("broker", "WEIR_BROKER") },
    { name: "timeout", value: `${timeout}ms`, source: sourceOf("timeout", "") },
  ];
}

function choose({ current, contexts }: UserConfig, root: Command): Chosen | null {
  const given: unknown = root.getOptionValue("context");
  const name = typeof given === "string" ? given : current;
  if (name === null) return null;
  const context = contexts.get(name);
  const fromFlag = root.getOptionValueSource("context") === "env" ? "WEIR_CONTEXT" : "flag";
  const source = typeof given === "string" ? fromFlag : "file";
  if (context) return { name, source, context };
  throw noContext(name, [...contexts.keys()]);
}

/** There is no context of that name. */
export function noContext(name: string, names: readonly string[]) {
  const near = nearest(name, names);
  const meant = near === null ? "" : `Did you mean ${near}? `;
  return usageError(`there is no context '${name}'.`, `${meant}See 'weir context ls'.`);
}

function parsed(
  context: string,
  name: string,
  text: string,
  parse: (text: string) => unknown,
): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw usageError(`${configPath()}: context.${context}.${name} is '${text}'. ${error.message}`);
  }
}

/** A context's values as they may be written into the file. */
export const contextParsers = {
  broker: checked((text: string) => addressText(parseAddress(text))),
  timeout: checked((text: string) => {
    parseTimeoutMs(text);
    return text;
  }),
};
