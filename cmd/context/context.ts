import type { Command } from "commander";
import { type Context, readUserConfig, type UserConfig, writeUserConfig } from "../config/file.ts";
import { noContext } from "../config/resolve.ts";
import { usageError } from "../errors.ts";
import {
  type GlobalOptions,
  type ListingOptions,
  listingFormat,
  listingOption,
  localExits,
  verb,
  verbGroup,
} from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import { listingShape } from "../output/shape.ts";
import { addressText } from "../parse/values.ts";
import { printLocalReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
import type { Stdio } from "../stdio.ts";

interface NamedContext extends Context {
  readonly name: string;
  readonly isCurrent: boolean;
}

const contextsShape = listingShape("contexts", {
  name: "text, what it is called",
  current: "boolean, whether it holds where nothing else is said",
  broker: "text or null, HOST:PORT",
  timeout: "text or null, how long to wait for an answer",
});

/** `weir context`: brokers by name. */
export function contextVerb(stdio: Stdio): Command {
  const command = verbGroup("context", "Call brokers by name", [
    "weir context add prod -b broker-1:9092",
    "weir context use prod",
    "weir -c prod topic ls                       # this once; so does WEIR_CONTEXT=prod",
  ]).helpCommand(false);
  for (const make of [lsVerb, addVerb, useVerb, rmVerb]) command.addCommand(make(stdio));
  return command;
}

function lsVerb(stdio: Stdio): Command {
  return verb("ls", "List contexts", {
    examples: ["weir context ls", "weir context ls --json | jq -r '.items[].name'"],
    json: contextsShape,
    exits: localExits,
  })
    .alias("list")
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (_: unknown, command: Command) => {
      await printLocalReading(stdio, command.optsWithGlobals<ReadingOptions>(), async () =>
        reading(contextListing(rowsOf(read(stdio)))),
      );
    });
}

function addVerb(stdio: Stdio): Command {
  return verb("add <name>", "Write a context down, or write it anew", {
    examples: [
      "weir context add prod -b broker-1:9092",
      "weir context add far -b far.example:9092 --timeout 30s",
    ],
    json: contextsShape,
    exits: localExits,
  })
    .addOption(listingOption())
    .action((name: string, _: unknown, command: Command) => {
      const { broker, timeout } = command.optsWithGlobals<GlobalOptions>();
      if (command.parent?.parent?.getOptionValueSource("broker") === "default") {
        throw usageError("a context names a broker.", "Say which with -b HOST:PORT.");
      }
      const context: Context = {
        broker: addressText(broker),
        ...(timeout === undefined ? {} : { timeout: `${timeout}ms` }),
      };
      const config = read(stdio);
      const contexts = new Map([...config.contexts, [name, context]]);
      save(stdio, command, { ...config, contexts, current: config.current ?? name });
    });
}

function useVerb(stdio: Stdio): Command {
  return verb("use <name>", "Choose the context that holds from now on; - is the one before", {
    examples: ["weir context use prod", "weir context use -"],
    json: contextsShape,
    exits: localExits,
  })
    .addOption(listingOption())
    .action((given: string, _: unknown, command: Command) => {
      const config = read(stdio);
      const name = given === "-" ? (config.previous ?? "-") : given;
      if (!config.contexts.has(name)) throw noContext(name, [...config.contexts.keys()]);
      const previous = config.current === name ? config.previous : config.current;
      save(stdio, command, { ...config, current: name, previous });
    });
}

function rmVerb(stdio: Stdio): Command {
  return verb("rm <name>", "Forget a context", {
    examples: ["weir context rm prod"],
    json: contextsShape,
    exits: localExits,
  })
    .addOption(listingOption())
    .action((name: string, _: unknown, command: Command) => {
      const config = read(stdio);
      if (!config.contexts.has(name)) throw noContext(name, [...config.contexts.keys()]);
      const contexts = new Map([...config.contexts].filter(([each]) => each !== name));
      const without = (value: string | null) => (value === name ? null : value);
      const { current, previous } = config;
      save(stdio, command, { contexts, current: without(current), previous: without(previous) });
    });
}

function read(stdio: Stdio): UserConfig {
  return readUserConfig((line) => stdio.note(line));
}

function save(stdio: Stdio, command: Command, config: UserConfig): void {
  writeUserConfig(config);
  print(stdio, command, config);
}

function print(stdio: Stdio, command: Command, config: UserConfig): void {
  const format = listingFormat(command.optsWithGlobals<ListingOptions>());
  printListing(stdio.out, format, contextListing(rowsOf(config)));
}

function rowsOf({ contexts, current }: UserConfig): NamedContext[] {
  return [...contexts].map(([name, context]) => {
    return { name, ...context, isCurrent: name === current };
  });
}

function contextListing(rows: readonly NamedContext[]): Listing<NamedContext> {
  return {
    shape: contextsShape,
    items: rows.map(({ name, isCurrent, broker = null, timeout = null }) => {
      return { name, current: isCurrent, broker, timeout };
    }),
    rows,
    columns: [
      { header: "CONTEXT", align: "left", text: ({ name }) => name },
      { header: "CURRENT", align: "left", text: ({ isCurrent }) => (isCurrent ? "*" : "") },
      { header: "BROKER", align: "left", text: ({ broker }) => broker ?? "" },
      { header: "TIMEOUT", align: "left", text: ({ timeout }) => timeout ?? "" },
    ],
  };
}
