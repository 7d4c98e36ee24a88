import { Command, InvalidArgumentError, Option } from "commander";
import { type ListingFormat, listingFormats } from "./output/listing.ts";
import {
  addressText,
  type HostAndPort,
  ParseError,
  parseAddress,
  parseDurationMs,
} from "./parse/values.ts";

/** Where a client looks for a broker unless told otherwise. */
const defaultBroker = "127.0.0.1:9092";

/** How long a client waits for an answer unless told otherwise. */
export const defaultTimeoutMs = 5000;

/** The options that every verb takes, before or after its name. */
export interface GlobalOptions {
  readonly broker: HostAndPort;
  readonly json?: true;
  /** In milliseconds; left out, the verb's own. */
  readonly timeout?: number;
}

/** Whether a client needs no option to find this broker. */
export function isDefaultBroker(broker: HostAndPort): boolean {
  return addressText(broker) === defaultBroker;
}

/** The options that every verb takes. */
export function globalOptions(): Option[] {
  return [
    new Option("-b, --broker <host:port>", "the broker to talk to")
      .env("WEIR_BROKER")
      .default(parseAddress(defaultBroker), defaultBroker)
      .argParser(checked(parseAddress)),
    new Option("--json", "print JSON"),
    new Option(
      "--timeout <duration>",
      "how long to wait for an answer, e.g. 500ms (default: 5s)",
    ).argParser(checked(parseTimeoutMs)),
  ];
}

function parseTimeoutMs(text: string): number {
  const timeoutMs = parseDurationMs(text);
  if (timeoutMs > 0) return timeoutMs;
  throw new ParseError("It must be longer than nothing.");
}

/** How the verbs that print a listing print it. */
export interface ListingOptions extends GlobalOptions {
  readonly output?: ListingFormat;
}

/** The option for how to print a listing. */
export function listingOption(): Option {
  return new Option("-o, --output <format>", "how to print it (default: table)").choices(
    listingFormats,
  );
}

/** How to print a listing: `-o` wins over `--json`. */
export function listingFormat(options: ListingOptions): ListingFormat {
  return options.output ?? (options.json === true ? "json" : "table");
}

/** A parser whose complaint commander shows with the option's or argument's name. */
export function checked<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof ParseError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

/** Like `checked`, for an option that may be given several times. */
export function checkedList<Value>(
  parse: (text: string) => Value,
): (text: string, earlier: readonly Value[] | undefined) => readonly Value[] {
  const parseOne = checked(parse);
  return (text, earlier) => [...(earlier ?? []), parseOne(text)];
}

/** A verb: its name and arguments, a line of what it does, and examples for its help. */
export function verb(
  nameAndArguments: string,
  summary: string,
  examples: readonly string[],
): Command {
  const [name = "", ...parameters] = nameAndArguments.split(" ");
  const command = new Command(name).description(summary);
  for (const parameter of parameters) command.argument(parameter);
  return command.addHelpText("before", `Examples:\n  ${examples.join("\n  ")}\n`);
}
