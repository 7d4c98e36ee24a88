import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { checked } from "../options.ts";
import { parseConfigFile } from "./config-file.ts";
import { BROKER_FLAGS, type BrokerFlag } from "./flags.ts";
import { type Given, givenFor, type StartOptions, startOptions } from "./start-options.ts";

const FLAGS: readonly BrokerFlag[] = Object.values(BROKER_FLAGS);

/** A broker's flags, for help and for what commander parses. */
export function brokerOptions(): Option[] {
  return FLAGS.map(optionOf);
}

/** What a command line, and the file that it names, say; throws `CommandError`. */
export function saidBy(command: Command): { start: StartOptions; withScreen: boolean } {
  const given = givenBy(command);
  const file = givenFor(given, BROKER_FLAGS.config);
  const nothing = { texts: new Map(), config: new Map() };
  const start = startOptions(given, file === null ? nothing : readConfigFile(file));
  return { start, withScreen: givenFor(given, BROKER_FLAGS.top) ?? false };
}

/** A flag's value is all texts that it was given: none for one that takes none. */
function optionOf({ flag, about, usual, repeatable, choices, parse }: BrokerFlag): Option {
  const often = repeatable ? "; repeatable" : "";
  const option = new Option(flag, `${about}${often}${usual ? ` (default: ${usual})` : ""}`);
  if (choices) option.argChoices = [...choices];
  const check = checked((text) => parse([text]));
  return option.argParser((text: string, earlier: readonly string[] = []) => {
    check(text);
    return repeatable ? [...earlier, text] : [text];
  });
}

function givenBy(command: Command): Given {
  const texts = new Map<BrokerFlag, readonly string[]>();
  const config = new Map<string, string>();
  for (const flag of FLAGS) {
    const name = new Option(flag.flag).attributeName();
    const value: readonly string[] | true | undefined = command.getOptionValue(name);
    if (value === undefined) continue;
    const given = value === true ? [] : value;
    texts.set(flag, given);
    if (flag.setting !== undefined) config.set(flag.setting, `${flag.parse(given)}`);
  }
  const set = givenFor({ texts, config }, BROKER_FLAGS.set) ?? [];
  return { texts, config: new Map([...set, ...config]) };
}

function readConfigFile(file: string): Given {
  try {
    return parseConfigFile(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError("invalid-config", `${file}: ${why}`, exitCodes.usage);
  }
}
