import type { Command } from "commander";
import type { Log } from "../internal/platform/log.ts";
import { startFailure } from "./broker/failures.ts";
import { writtenLog } from "./broker/log.ts";
import { type Running, startBroker } from "./broker/start.ts";
import { USUAL_START } from "./broker/start-options.ts";
import { withClient } from "./connection.ts";
import { runCommand } from "./dev/command.ts";
import { makeDevDirectory } from "./dev/directory.ts";
import { commandError } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import {
  checkedList,
  localExits,
  type ObjectOptions,
  objectOption,
  printsJson,
  verb,
} from "./options.ts";
import { descriptorWriter } from "./output/output.ts";
import { type JsonShape, objectLine } from "./output/shape.ts";
import { addressText, ParseError, parseAddress, parsePair, parseWhole } from "./parse/values.ts";
import { takeSignals, untilAborted } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

interface SeededTopic {
  readonly name: string;
  readonly partitionCount: number;
}

interface DevOptions extends ObjectOptions {
  readonly topic?: readonly SeededTopic[];
  readonly demo?: true;
  readonly set?: readonly (readonly [name: string, value: string])[];
}

const devShape: JsonShape = {
  kind: "dev-ready",
  version: 1,
  form: "object",
  fields: {
    address: "text, HOST:PORT",
    data: "text, its data directory, which goes with it",
    topics: "list, the names of the topics that it has",
    pid: "integer, the process",
  },
};

/** What a broker for tests does otherwise than one for production. */
const SETTINGS = new Map([
  ["durability", "memory"],
  ["group.initial.rebalance.delay.ms", "0"],
]);

/** `weir dev`: a broker that leaves nothing behind. */
export function devVerb(stdio: Stdio): Command {
  return verb("dev [command...]", "Run a throw-away broker, and a command with it", {
    examples: [
      "weir dev -- npm test                        # with WEIR_BROKER=127.0.0.1:PORT",
      "weir dev --topic orders:6 --topic audit -- sh -c 'seq 9 | weir produce orders'",
      "weir dev --demo                             # with some life in it",
      "weir dev --json | jq -r .address",
    ],
    json: devShape,
    exits: [
      ...localExits,
      { code: exitCodes.notFound, meaning: "there is no such command", reaction: "fix the call" },
    ],
  })
    .option(
      "--topic <name[:partitions]>",
      "a topic to begin with; repeatable",
      checkedList(parseTopic),
    )
    .addOption(objectOption())
    .option("--demo", "orders that come in, and two groups that read them, one too slowly")
    .option("--set <name=value>", "a broker setting; repeatable", checkedList(parsePair))
    .addHelpText(
      "after",
      "\nIt listens at a free port of 127.0.0.1, and its temporary directory goes when it" +
        "\ndoes. With a command it ends when that does, and with its exit code.",
    )
    .action(async (words: string[], _: unknown, command: Command) => {
      await runDev(stdio, words, command.optsWithGlobals<DevOptions>());
    });
}

function parseTopic(text: string): SeededTopic {
  const match = /^([^:]+)(?::(\d+))?$/.exec(text);
  if (match?.[1] === undefined) throw new ParseError("It must be NAME or NAME:PARTITIONS.");
  return { name: match[1], partitionCount: parseWhole(match[2] ?? "1", 1, 100_000) };
}

async function runDev(stdio: Stdio, words: readonly string[], options: DevOptions): Promise<void> {
  const stop = takeSignals(stdio.out);
  const [{ bunPlatform }, { unsyncedDisk }] = await Promise.all([
    import("../internal/platform/bun/platform.ts"),
    import("../internal/platform/unsynced-disk.ts"),
  ]);
  const own = bunPlatform();
  const platform = { ...own, disk: unsyncedDisk(own.disk) };
  const data = makeDevDirectory();
  const log = onlyTrouble(writtenLog(descriptorWriter(2), false, platform.clock.nowMs));
  const running = await startBroker(platform, log, {
    ...USUAL_START,
    data,
    listen: [parseAddress("127.0.0.1:0")],
    config: new Map([...SETTINGS, ...(options.set ?? [])]),
  });
  const demoTopics = options.demo === true ? [{ name: "orders", partitionCount: 6 }] : [];
  const topics = [...(options.topic ?? []), ...demoTopics];
  const address = addressText(running.addresses[0] ?? parseAddress("127.0.0.1"));
  let demo: Promise<void> | null = null;
  try {
    await createTopics(running, topics);
    if (options.demo === true) demo = runDemoAt(address, stop);
    if (words.length === 0) {
      await tellReady(stdio, options, { address, data, topics: topics.map(({ name }) => name) });
      await untilAborted(stop);
    } else {
      const env = { WEIR_BROKER: address };
      process.exitCode = await runCommand(words, env, stop, stdio.inputIsTerminal);
    }
  } finally {
    running.doors.close();
    await running.broker.close();
    await demo;
  }
}

async function tellReady(
  { out }: Stdio,
  options: DevOptions,
  ready: { readonly address: string; readonly data: string; readonly topics: readonly string[] },
): Promise<void> {
  const { address, data } = ready;
  const text = `weir dev serves at ${address}, data in ${data} until it ends\n`;
  out.appendText(printsJson(options) ? objectLine(devShape, { ...ready, pid: process.pid }) : text);
  await out.flush();
}

async function createTopics({ broker }: Running, topics: readonly SeededTopic[]): Promise<void> {
  for (const { name, partitionCount } of topics) {
    const rest = { replicationFactor: null, config: new Map<string, string>() };
    await broker
      .createTopic({ name, partitionCount, ...rest, validateOnly: false })
      .catch((error: unknown) => {
        throw startFailure(error);
      });
  }
}

async function runDemoAt(address: string, stop: AbortSignal): Promise<void> {
  const { runDemo } = await import("./dev/demo.ts");
  const { ClientError } = await import("../internal/client/errors.ts");
  const options = { broker: parseAddress(address) };
  await withClient(options, (client) => runDemo(client, stop)).catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    if (error.code !== "closed" && !stop.aborted) throw commandError(error);
  });
}

/** A log without what is as it should be. */
function onlyTrouble(log: Log): Log {
  return { ...log, info() {} };
}
