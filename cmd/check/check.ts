import { type Command, Option } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { withClient } from "../connection.ts";
import { listingFormat, verb, verbGroup } from "../options.ts";
import type { ListingFormat } from "../output/listing.ts";
import type { Output } from "../output/output.ts";
import { objectLine } from "../output/shape.ts";
import { type ReadingOptions, watchLooks, watchOption } from "../reading.ts";
import { takeSignals } from "../signals.ts";
import type { Stdio } from "../stdio.ts";
import { checkBroker, checkDamage, checkDisk, checkIsr, checkLag } from "./checks.ts";
import { checkExits, checkShape, type Outcome, pluginLine, standings } from "./outcome.ts";
import { checkReplication } from "./replication.ts";
import {
  type CheckOptions,
  parseCountOrTime,
  parseSize,
  parseTime,
  type Threshold,
  thresholdOptions,
} from "./thresholds.ts";

type Options = CheckOptions & ReadingOptions;

/** What can be checked. */
interface Check {
  readonly nameAndArguments: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** What a threshold is about: `from that lag on`. */
  readonly threshold: string;
  readonly parse: (text: string) => Threshold;
  readonly look: (client: Client, names: readonly string[], options: Options) => Promise<Outcome>;
}

const checks: readonly Check[] = [
  {
    nameAndArguments: "lag [groups...]",
    summary: "Check how far groups are behind, all of them where none is named",
    examples: [
      "weir check lag billing --warn 10000 --crit 100000",
      "weir check lag --warn 30s --crit 5m",
      "weir check lag billing --warn 1000 --crit 5m",
    ],
    threshold: "from that lag on, in records or as time",
    parse: parseCountOrTime,
    look: checkLag,
  },
  {
    nameAndArguments: "isr",
    summary: "Check that every partition has all its copies in sync",
    examples: ["weir check isr", "weir check isr --crit 10"],
    threshold: "from so many partitions on",
    parse: parseCountOrTime,
    look: (client, _, options) => checkIsr(client, options),
  },
  {
    nameAndArguments: "disk",
    summary: "Check that the data directory's disk has room",
    examples: ["weir check disk --warn 20GB --crit 5GB"],
    threshold: "with so much free, or less",
    parse: parseSize,
    look: (client, _, options) => checkDisk(client, options),
  },
  {
    nameAndArguments: "broker",
    summary: "Check that the broker answers in time and takes records",
    examples: ["weir check broker --warn 100ms --crit 1s"],
    threshold: "if the answer takes so long",
    parse: parseTime,
    look: (client, _, options) => checkBroker(client, options),
  },
  {
    nameAndArguments: "damage",
    summary: "Check that all records that are stored can be read",
    examples: ["weir check damage", "weir check damage --warn 1 --crit 10"],
    threshold: "from so many damaged ranges on",
    parse: parseCountOrTime,
    look: (client, _, options) => checkDamage(client, options),
  },
  {
    nameAndArguments: "replication",
    summary: "Check that the slave follows its master, or all brokers of a cluster are there",
    examples: ["weir check replication --warn 5s --crit 30s"],
    threshold: "from so many records on, or from such a silence on",
    parse: parseCountOrTime,
    look: (client, _, options) => checkReplication(client, options),
  },
];

/** `weir check`: for monitoring. */
export function checkVerb(stdio: Stdio): Command {
  const command = verbGroup("check", "Check one thing, as monitoring plugins do", [
    "weir check lag billing --warn 30s --crit 5m",
    "weir check broker || mail -s 'weir is down' ops < /dev/null",
    "weir check lag --warn 30s --watch 10s | jq -c 'select(.exit_code > 0)'",
  ]).helpCommand(false);
  for (const check of checks) command.addCommand(verbOf(stdio, check));
  return command;
}

function verbOf(stdio: Stdio, check: Check): Command {
  const { nameAndArguments, summary, examples, threshold, parse, look } = check;
  const [name = ""] = nameAndArguments.split(" ");
  const command = verb(nameAndArguments, summary, {
    examples,
    json: checkShape,
    exits: checkExits,
  });
  const output = new Option("-o, --output <format>", "a plugin's line, or JSON (default: table)");
  const format = output.choices(["table", "json", "ndjson"]);
  for (const option of [...thresholdOptions(threshold, parse), watchOption(), format]) {
    command.addOption(option);
  }
  return command.action(async (...args: unknown[]) => {
    const options = command.optsWithGlobals<Options>();
    const names = Array.isArray(args[0]) ? args[0].map(String) : [];
    const ask = () => outcomeOf(name, options, (client) => look(client, names, options));
    if (options.watch !== undefined) {
      await watchLooks(stdio, options, options.watch, takeSignals(stdio.out), async () => {
        const outcome = await ask();
        return { print: (...how) => print(name, outcome, ...how), failure: null };
      });
      return;
    }
    const outcome = await ask();
    print(name, outcome, stdio.out, listingFormat(options), null);
    process.exitCode = standings.indexOf(outcome.standing);
  });
}

/** A broker that doesn't answer is what `weir check broker` is there to find. */
async function outcomeOf(
  name: string,
  options: Options,
  look: (client: Client) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await withClient(options, look);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const standing = name === "broker" ? "critical" : "unknown";
    return { standing, message: `${error.code}: ${error.message}`, measures: [] };
  }
}

/** Prints an outcome: for programs as an object, with a time that says when it was looked. */
function print(
  name: string,
  outcome: Outcome,
  out: Output,
  format: ListingFormat,
  atMs: number | null,
): void {
  if (format === "table") {
    out.appendText(pluginLine(name, outcome));
    return;
  }
  const { standing: status, message, measures } = outcome;
  const time = atMs === null ? {} : { time_ms: atMs };
  const told = { check: name, status, exit_code: standings.indexOf(status), message, measures };
  out.appendText(objectLine(checkShape, { ...time, ...told }));
}
