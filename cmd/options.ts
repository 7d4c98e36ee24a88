import { Command, InvalidArgumentError, Option } from "commander";
import { type ExitCode, type ExitMeaning, exitCodeMeanings, exitCodes } from "./exit-codes.ts";
import { type ListingFormat, listingFormats } from "./output/listing.ts";
import type { JsonShape } from "./output/shape.ts";
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
    new Option("-c, --context <name>", "the context to use; see 'weir context'").env(
      "WEIR_CONTEXT",
    ),
    new Option("--json", "print JSON"),
    new Option(
      "--timeout <duration>",
      "how long to wait for an answer, e.g. 500ms (default: 5s)",
    ).argParser(checked(parseTimeoutMs)),
  ];
}

/** A time to wait, longer than nothing. */
export function parseTimeoutMs(text: string): number {
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

/** How the verbs that print one thing print it. */
export interface ObjectOptions extends GlobalOptions {
  readonly output?: "text" | "json";
}

/** The option for how to print one thing. */
export function objectOption(): Option {
  return new Option("-o, --output <format>", "how to print it (default: text)").choices([
    "text",
    "json",
  ]);
}

/** Whether to print JSON: `-o` wins over `--json`. */
export function printsJson({ output, json }: ObjectOptions): boolean {
  return output === undefined ? json === true : output === "json";
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

/** What a script wants to know of a verb. */
export interface VerbDetails {
  readonly examples: readonly string[];
  /** What it prints as JSON; a text says why it prints none. */
  readonly json: JsonShape | string;
  /** How it may end, besides by a signal or a bug. */
  readonly exits: readonly ExitMeaning[];
}

const { done, failed, usage, partial, unavailable, damaged } = exitCodes;
/** How verbs end that call a broker, call it for several items, read files, or do both. */
export const callExits = exitsWith(done, failed, usage, unavailable);
export const itemExits = exitsWith(done, failed, usage, partial, unavailable);
export const fileExits = exitsWith(done, failed, usage, damaged);
export const archiveExits = exitsWith(done, failed, usage, unavailable, damaged);
export const localExits = exitsWith(done, failed, usage);

function exitsWith(...codes: readonly ExitCode[]): readonly ExitMeaning[] {
  return exitCodeMeanings.filter(({ code }) => codes.includes(code));
}

const detailsByCommand = new WeakMap<Command, VerbDetails>();

/** What a verb was made with; undefined for one that only has others below it. */
export function detailsOf(command: Command): VerbDetails | undefined {
  return detailsByCommand.get(command);
}

/** A verb: its name and arguments, a line of what it does, and what scripts want to know. */
export function verb(nameAndArguments: string, summary: string, details: VerbDetails): Command {
  const command = verbGroup(nameAndArguments, summary, details.examples);
  detailsByCommand.set(command, details);
  const { json, exits } = details;
  const shape = typeof json === "string" ? json : `${json.kind}, version ${json.version}`;
  return command.addHelpText(
    "after",
    `\nJSON: ${shape}. Exit codes: ${exits.map(({ code }) => code).join(", ")}.` +
      "\nSee 'weir help --json' for the fields, 'weir help exit-codes' for the codes.",
  );
}

/** A verb that only has others below it. */
export function verbGroup(
  nameAndArguments: string,
  summary: string,
  examples: readonly string[],
): Command {
  const [name = "", ...parameters] = nameAndArguments.split(" ");
  const command = new Command(name).description(summary);
  for (const parameter of parameters) command.argument(parameter);
  return command.addHelpText("before", `Examples:\n  ${examples.join("\n  ")}\n`);
}
