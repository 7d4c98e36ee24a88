import type { Argument, Command, Option } from "commander";
import { detailsOf } from "../options.ts";
import type { JsonShape } from "../output/shape.ts";

/** What `weir help --json` prints: a command with all those below it. */
export const helpShape: JsonShape = {
  kind: "help",
  version: 1,
  form: "object",
  fields: {
    name: "text, the command's full name: weir topic ls",
    aliases: "list, other words for the last one",
    summary: "text, one line",
    arguments: "list, in their order",
    "arguments[].name": "text, the name",
    "arguments[].required": "boolean, whether it has to be there",
    "arguments[].variadic": "boolean, whether there may be several",
    options: "list, those of this command alone; of weir itself: those of all",
    "options[].flags": "text, as help shows them",
    "options[].name": "text, the long flag",
    "options[].takes_value": "boolean, whether something follows it",
    "options[].description": "text, one line",
    "options[].default": "text or null, as people read it",
    "options[].choices": "list or null, the values that it takes",
    "options[].env": "text or null, the environment variable that says the same",
    examples: "list, lines for a shell",
    json: "object or null, what it prints as JSON; null: see json_note",
    "json.kind": "text, what the fields are of",
    "json.version": "integer, raised by anything but new fields",
    "json.form": "text, listing, object or lines",
    "json.fields": "object, by path",
    "json.fields.*": "text, what it holds, then what it means",
    json_note: "text or null, why it prints no JSON",
    exit_codes: "list, how it may end, besides by a signal or a bug",
    "exit_codes[].code": "integer, the code",
    "exit_codes[].meaning": "text, what happened",
    "exit_codes[].reaction": "text, what a script does about it",
    commands: "list, those below it, each with these fields",
    "commands[].*": "any, as above",
  },
};

/** A command and all those below it, as programs read it. */
export function helpOf(command: Command): object {
  const details = detailsOf(command);
  const { json = null, exits = [], examples = [] } = details ?? {};
  return {
    name: fullName(command),
    aliases: command.aliases(),
    summary: command.description(),
    arguments: command.registeredArguments.map(argumentOf),
    options: command.options.map(optionOf),
    examples,
    json: typeof json === "string" ? null : json,
    json_note: typeof json === "string" ? json : null,
    exit_codes: exits,
    commands: command.commands.map(helpOf),
  };
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function argumentOf(argument: Argument): object {
  const { required, variadic } = argument;
  return { name: argument.name(), required, variadic };
}

function optionOf(option: Option): object {
  const { flags, description, defaultValue, defaultValueDescription } = option;
  const stated = defaultValueDescription ?? (defaultValue === undefined ? null : `${defaultValue}`);
  return {
    flags,
    name: option.long ?? option.short ?? "",
    takes_value: option.required || option.optional,
    description,
    default: stated,
    choices: option.argChoices ?? null,
    env: option.envVar ?? null,
  };
}
