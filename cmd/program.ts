import { Command, CommanderError } from "commander";
import { brokerVerb } from "./broker.ts";
import { consumeVerb } from "./consume.ts";
import { type CommandError, usageError } from "./errors.ts";
import { helpVerb } from "./help.ts";
import { globalOptions } from "./options.ts";
import { produceVerb } from "./produce.ts";
import { statusVerb } from "./status.ts";
import type { Stdio } from "./stdio.ts";
import { topicVerb } from "./topic/topic.ts";
import { version } from "./version.ts";

const introduction = `Examples:
  weir broker                                 # run a broker here
  seq 1000 | weir produce numbers             # a record a line
  weir consume numbers | tail -1
  weir topic ls
`;

/** Help is the same on every terminal and in a pipe; asking a stream for its width costs 10 ms. */
const helpColumns = 80;

/** The whole command line. */
export function program(stdio: Stdio): Command {
  const root = new Command("weir")
    .description("A message broker in one file, and the commands to use it.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .addHelpText("before", introduction)
    .addHelpText("after", "\n'weir help exit-codes' says what each exit code means.");
  for (const option of globalOptions()) root.addOption(option);
  const verbs = [brokerVerb, topicVerb, produceVerb, consumeVerb, statusVerb, helpVerb];
  for (const make of verbs) root.addCommand(make(stdio));
  settle(root, stdio);
  return root;
}

/** Lets every command print through our streams, and throw where it would end the process. */
function settle(command: Command, stdio: Stdio): void {
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: command.parent !== null })
    .configureOutput({
      writeOut: (text) => stdio.out.appendText(text),
      writeErr: (text) => stdio.note(text.trimEnd()),
      outputError: () => {},
      getOutHelpWidth: () => helpColumns,
      getErrHelpWidth: () => helpColumns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const child of command.commands) settle(child, stdio);
}

/** Reads the arguments and does what they say. Throws `CommandError`, or what is a bug. */
export async function run(stdio: Stdio, argv: readonly string[]): Promise<void> {
  try {
    await program(stdio).parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const refusal = usageRefusal(error);
    if (refusal !== null) throw refusal;
  }
}

/** What commander has to say about the call; null where it only printed what it was asked for. */
function usageRefusal(error: CommanderError): CommandError | null {
  if (error.exitCode === 0) return null;
  if (error.code === "commander.help") return usageError("name a verb.", "Help is above.");
  const [message = "", ...suggestions] = error.message.replace(/^error: /, "").split("\n");
  return usageError(message, suggestions.join(" ") || "See --help.");
}
