import type { Command, Option } from "commander";
import type { Stdio } from "../stdio.ts";
import { type NameKind, namesOf } from "./names.ts";

/** What may stand at the cursor, and a line about it. */
interface Candidate {
  readonly text: string;
  readonly about: string;
}

/** A line up to the cursor, as far as it is understood. */
interface Line {
  readonly command: Command;
  /** The option whose value stands at the cursor. */
  readonly option: Option | null;
  /** How many arguments stand before. */
  readonly argumentCount: number;
  /** Behind `--` come words that are none of ours. */
  readonly isForeign: boolean;
  /** What `-b` and `-c` were given. */
  readonly given: ReadonlyMap<string, string>;
}

/** Names that the values of options are, by their long flags. */
const OPTION_NAMES: Readonly<Record<string, NameKind>> = {
  "--broker": "brokers",
  "--context": "contexts",
  "--group": "groups",
  "--topic": "topics",
};

/** Names that arguments are, by the full name of the verb. */
const ARGUMENT_NAMES: Readonly<Record<string, NameKind>> = {
  "topic describe": "topics",
  "topic config": "topics",
  "topic delete": "topics",
  bench: "topics",
  consume: "topics",
  "log export": "topics",
  produce: "topics",
  "group describe": "groups",
  "group reset": "groups",
  "group delete": "groups",
  "check lag": "groups",
  "context use": "contexts",
  "context rm": "contexts",
  "config set": "settings",
};

/** Prints what the last of these words may become; nothing where anything may stand. */
export async function complete(
  { out }: Stdio,
  root: Command,
  words: readonly string[],
): Promise<void> {
  const partial = words.at(-1) ?? "";
  const line = read(root, words.slice(0, -1));
  const candidates = await candidatesFor(line, partial);
  for (const { text, about } of candidates) {
    if (text.startsWith(valuePart(partial)) && !/[\t\n]/.test(text)) {
      out.appendText(about === "" ? `${text}\n` : `${text}\t${about}\n`);
    }
  }
}

/** What stands behind an option's `=`; bash makes a word of the `=` itself. */
function valuePart(partial: string): string {
  const at = partial.startsWith("--") ? partial.indexOf("=") : -1;
  if (partial === "=") return "";
  return at < 0 ? partial : partial.slice(at + 1);
}

function read(root: Command, words: readonly string[]): Line {
  let command = root;
  let option: Option | null = null;
  let argumentCount = 0;
  const given = new Map<string, string>();
  for (const word of words) {
    if (word === "--") return { command, option: null, argumentCount, isForeign: true, given };
    if (word === "=") continue;
    if (option !== null) {
      given.set(option.long ?? "", word);
      option = null;
    } else if (word.startsWith("-") && word !== "-") {
      const [flag = "", value] = word.split("=", 2);
      const found = optionOf(command, flag);
      if (found && takesValue(found)) {
        if (value === undefined) option = found;
        else given.set(found.long ?? "", value);
      }
    } else {
      const child = command.commands.find((each) => named(each, word));
      if (child) command = child;
      else argumentCount++;
    }
  }
  return { command, option, argumentCount, isForeign: false, given };
}

const named = (command: Command, word: string): boolean =>
  command.name() === word || command.aliases().includes(word);

const takesValue = ({ required, optional }: Option): boolean => required || optional;

function optionOf(command: Command, flag: string): Option | undefined {
  const own = command.options.find(({ short, long }) => flag === short || flag === long);
  return own ?? (command.parent ? optionOf(command.parent, flag) : undefined);
}

async function candidatesFor(line: Line, partial: string): Promise<readonly Candidate[]> {
  const { command, option, isForeign, given } = line;
  if (isForeign) return [];
  if (option) return valuesOf(option, given);
  if (partial.startsWith("--") && partial.includes("=")) {
    const found = optionOf(command, partial.split("=", 1)[0] ?? "");
    return found ? valuesOf(found, given) : [];
  }
  if (partial.startsWith("-")) return optionsOf(command);
  if (command.commands.length > 0) return verbsOf(command);
  const [argument] = command.registeredArguments;
  const choices = line.argumentCount === 0 ? argument?.argChoices : undefined;
  if (choices) return choices.map((text) => ({ text, about: "" }));
  if (command.name() === "help" && command.parent) return verbsOf(command.parent);
  const kind = ARGUMENT_NAMES[fullName(command)];
  const hasRoom = argument?.variadic === true || line.argumentCount === 0;
  return kind && hasRoom ? namesOf(kind, given) : [];
}

async function valuesOf(
  option: Option,
  given: ReadonlyMap<string, string>,
): Promise<readonly Candidate[]> {
  if (option.argChoices) return option.argChoices.map((text) => ({ text, about: "" }));
  const kind = OPTION_NAMES[option.long ?? ""];
  return kind ? namesOf(kind, given) : [];
}

function optionsOf(command: Command): Candidate[] {
  const own = command.options.map(({ long, short, description }) => {
    return { text: long ?? short ?? "", about: description };
  });
  return [...own, ...(command.parent ? optionsOf(command.parent) : [])];
}

function verbsOf(command: Command): Candidate[] {
  return command.commands.map((each) => ({ text: each.name(), about: each.description() }));
}

/** The words of a verb without the program's. */
function fullName(command: Command): string {
  const { parent } = command;
  if (parent === null) return "";
  return parent.parent === null ? command.name() : `${fullName(parent)} ${command.name()}`;
}
