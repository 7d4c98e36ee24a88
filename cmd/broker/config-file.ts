import { ParseError } from "../parse/values.ts";
import { BROKER_FLAGS, type BrokerFlag } from "./flags.ts";
import type { Given } from "./start-options.ts";

/**
 * Reads a broker's config file, in TOML. Names that no flag has are broker settings, as with --set.
 * Throws `ParseError`.
 *
 * ```toml
 * data = "/var/lib/weir"
 * listen = ["127.0.0.1:9092", "10.0.0.1:9092"]
 * slave-of = "broker-0:9092"
 * durability = "memory"
 * log.segment.bytes = 67108864
 * ```
 */
export function parseConfigFile(text: string): Given {
  const settings = parseToml(text);
  const texts = new Map<BrokerFlag, readonly string[]>();
  const flags: readonly BrokerFlag[] = Object.values(BROKER_FLAGS);
  for (const flag of flags) {
    const { key } = flag;
    if (key === undefined || !(key in settings)) continue;
    texts.set(flag, textsOf(key, flag, settings[key]));
    delete settings[key];
  }
  return { texts, config: new Map(flatten("", settings)) };
}

function parseToml(text: string): Record<string, unknown> {
  try {
    return { ...Bun.TOML.parse(text) };
  } catch (error) {
    throw new ParseError(`not TOML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a flag is given by a file: texts that it can parse. */
function textsOf(key: string, { repeatable, parse }: BrokerFlag, value: unknown): string[] {
  const list: unknown[] = repeatable && Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new ParseError(`${key} names nothing`);
  return list.map((item) => {
    if (typeof item !== "string") throw new ParseError(`${key} is not a text`);
    try {
      parse([item]);
      return item;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      throw new ParseError(`${key} is "${item}": ${error.message}`);
    }
  });
}

/** The dotted names that TOML makes tables of, and their values as they are after `--set`. */
function* flatten(prefix: string, table: object): Generator<[name: string, value: string]> {
  for (const [key, value] of Object.entries(table)) {
    const name = prefix + key;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      yield* flatten(`${name}.`, value);
    } else if (Array.isArray(value)) {
      yield [name, value.map((item) => scalarOf(name, item)).join(",")];
    } else {
      yield [name, scalarOf(name, value)];
    }
  }
}

function scalarOf(name: string, value: unknown): string {
  if (["string", "number", "bigint", "boolean"].includes(typeof value)) return String(value);
  throw new ParseError(`${name} is neither text nor a number nor true or false`);
}
