import { Command, CommanderError } from "commander";
import { CommandError, usageError } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { globalOptions } from "./options.ts";
import type { Stdio } from "./stdio.ts";
import { version } from "./version.ts";

/** Makes a verb's command. */
type MakeVerb = (stdio: Stdio) => Command;

/**
 * The verbs, under the headings of `weir --help`. Each is loaded alone, so that a broker doesn't
 * carry the others all its life.
 */
const verbsByHeading: Readonly<Record<string, Readonly<Record<string, () => Promise<MakeVerb>>>>> =
  {
    "Run a broker:": {
      broker: async () => (await import("./broker.ts")).brokerVerb,
      dev: async () => (await import("./dev.ts")).devVerb,
    },
    "Records:": {
      produce: async () => (await import("./produce.ts")).produceVerb,
      consume: async () => (await import("./consume.ts")).consumeVerb,
      bench: async () => (await import("./bench.ts")).benchVerb,
    },
    "Topics and groups:": {
      topic: async () => (await import("./topic/topic.ts")).topicVerb,
      group: async () => (await import("./group/group.ts")).groupVerb,
    },
    "Look:": {
      top: async () => (await import("./top.ts")).topVerb,
      status: async () => (await import("./status.ts")).statusVerb,
      events: async () => (await import("./events.ts")).eventsVerb,
      check: async () => (await import("./check/check.ts")).checkVerb,
      doctor: async () => (await import("./doctor.ts")).doctorVerb,
    },
    "Pairs and clusters:": {
      cluster: async () => (await import("./cluster/cluster.ts")).clusterVerb,
      promote: async () => (await import("./promote.ts")).promoteVerb,
      switch: async () => (await import("./switch.ts")).switchVerb,
    },
    "Settings:": {
      config: async () => (await import("./config/config.ts")).configVerb,
      context: async () => (await import("./context/context.ts")).contextVerb,
    },
    "Archives and repair:": {
      log: async () => (await import("./log/log.ts")).logVerb,
    },
    "This program:": {
      completion: async () => (await import("./completion.ts")).completionVerb,
      help: async () => (await import("./help.ts")).helpVerb,
    },
  };

/** A verb's heading, and how it is loaded. */
const verbs = new Map(
  Object.entries(verbsByHeading).flatMap(([heading, loaders]) =>
    Object.entries(loaders).map(([name, load]) => [name, { heading, load }] as const),
  ),
);

const introduction = `Examples:
  weir broker                                 # run a broker here
  seq 1000 | weir produce numbers             # a record a line
  weir consume numbers | tail -1
  weir topic ls
  weir top                                    # watch it all
`;

/** Help is the same on every terminal and in a pipe; asking a stream for its width costs 10 ms. */
const helpColumns = 80;

/** The command line with some of its verbs, or the whole of it. */
export async function program(
  stdio: Stdio,
  names: readonly string[] = [...verbs.keys()],
): Promise<Command> {
  const root = new Command("weir")
    .description("A message broker in one file, and the commands to use it.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .addHelpText("before", introduction)
    .addHelpText("after", "\n'weir help exit-codes' says what each exit code means.");
  for (const option of globalOptions()) root.addOption(option);
  root.hook("preAction", async (_, action) => {
    if (isLocal(action)) return;
    (await import("./config/resolve.ts")).applyContext(stdio, root);
  });
  const found = names.flatMap((name) => verbs.get(name) ?? []);
  const made = await Promise.all(
    found.map(async ({ heading, load }) => (await load())(stdio).helpGroup(heading)),
  );
  for (const command of made) root.addCommand(command);
  settle(root, stdio);
  return root;
}

/** Whether a verb calls no broker, so that nothing has to be known of where one is. */
function isLocal(command: Command): boolean {
  const names = ["broker", "dev", "help", "context", "completion"];
  return names.includes(command.name()) || (command.parent !== null && isLocal(command.parent));
}

/** The verbs that a call is about: the one that it begins with; help and mistakes need them all. */
function verbsFor([first = ""]: readonly string[]): readonly string[] | undefined {
  return first !== "help" && verbs.has(first) ? [first] : undefined;
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

/** What shells ask for the words that may come next; it is no verb for people. */
const COMPLETE = "__complete";

/** Reads the arguments and does what they say. Throws `CommandError`, or what is a bug. */
export async function run(stdio: Stdio, argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv;
  if (first === COMPLETE) {
    const { complete } = await import("./completion/complete.ts");
    await complete(stdio, await program(stdio), rest);
    return;
  }
  try {
    const root = await program(stdio, verbsFor(argv));
    await root.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const refusal = usageRefusal(error);
    if (refusal === null) return;
    // For monitoring, 2 is critical: a wrong call is none of that.
    const { code, message, advice } = refusal;
    const verb = argv.find((word) => verbs.has(word));
    if (verb === "check") throw new CommandError(code, message, exitCodes.partial, advice);
    throw refusal;
  }
}

/** What commander has to say about the call; null where it only printed what it was asked for. */
function usageRefusal(error: CommanderError): CommandError | null {
  if (error.exitCode === 0) return null;
  if (error.code === "commander.help") return usageError("name a verb.", "Help is above.");
  const [message = "", ...suggestions] = error.message.replace(/^error: /, "").split("\n");
  return usageError(message, suggestions.join(" ") || "See --help.");
}
