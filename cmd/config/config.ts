import type { Command } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { withClient } from "../connection.ts";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { meantInstead } from "../nearest.ts";
import {
  callExits,
  checked,
  checkedList,
  type GlobalOptions,
  type ListingOptions,
  listingFormat,
  listingOption,
  verb,
  verbGroup,
} from "../options.ts";
import { printListing } from "../output/listing.ts";
import { listingShape } from "../output/shape.ts";
import { parsePair } from "../parse/values.ts";
import { printReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
import { settingListing, settingsShape } from "../setting-listing.ts";
import type { Stdio } from "../stdio.ts";
import { resolved } from "./resolve.ts";

interface ShowOptions extends ReadingOptions {
  readonly resolved?: true;
}

const resolvedShape = listingShape("resolved", {
  name: "text, what the command line goes by",
  value: "text or null, what holds",
  source: "text, flag, a variable's name, context NAME, file or default",
});

/** `weir config`: the broker's settings, and what the command line itself goes by. */
export function configVerb(stdio: Stdio): Command {
  const command = verbGroup("config", "Show and change settings of the broker", [
    "weir config show -o wide",
    "weir config set log.retention.ms=86400000",
    "weir config show --resolved                 # which broker is called, and why that one",
  ]).helpCommand(false);
  for (const make of [showVerb, setVerb]) command.addCommand(make(stdio));
  return command;
}

function showVerb(stdio: Stdio): Command {
  return verb("show", "Show the broker's settings, or how this command line finds it", {
    examples: [
      "weir config show",
      "weir config show --json | jq '.items[] | select(.source != \"default\")'",
      "weir config show --resolved",
    ],
    json: settingsShape,
    exits: callExits,
  })
    .option("--resolved", "what this command line goes by, and who said so; asks no broker")
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ShowOptions>();
      if (options.resolved !== true) {
        await printReading(stdio, options, async (client) =>
          reading(settingListing(await client.brokerConfig())),
        );
        return;
      }
      const rows = resolved(rootOf(command));
      printListing(stdio.out, listingFormat(options), {
        shape: resolvedShape,
        items: rows,
        rows,
        columns: [
          { header: "NAME", align: "left", text: ({ name }) => name },
          { header: "VALUE", align: "left", text: ({ value }) => value ?? "" },
          { header: "SOURCE", align: "left", text: ({ source }) => source },
        ],
      });
    });
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

interface SetOptions extends ListingOptions {
  readonly unset?: readonly string[];
}

function setVerb(stdio: Stdio): Command {
  return verb(
    "set [settings...]",
    "Change settings while the broker runs, and for its next starts",
    {
      examples: [
        "weir config set log.retention.ms=86400000 metrics.partitions.enable=true",
        "weir config set --unset log.retention.ms   # back to what it was started with",
      ],
      json: settingsShape,
      exits: callExits,
    },
  )
    .option(
      "--unset <name>",
      "take a setting back; repeatable",
      checkedList((text) => text),
    )
    .addOption(listingOption())
    .action(async (given: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<SetOptions & GlobalOptions>();
      const parse = checked(parsePair);
      const changes = new Map<string, string | null>([
        ...given.map((text) => parse(text)),
        ...(options.unset ?? []).map((name) => [name, null] as const),
      ]);
      await withClient(options, async (client) => {
        await change(client, changes);
        const all = await client.brokerConfig();
        const entries = all.filter(({ name }) => changes.has(name));
        printListing(stdio.out, listingFormat(options), settingListing(entries));
      });
    });
}

/** Changes settings; where there is none of a name, the error tells which was probably meant. */
async function change(client: Client, changes: ReadonlyMap<string, string | null>): Promise<void> {
  try {
    await client.alterBrokerConfig(changes);
  } catch (error) {
    if (!(error instanceof ClientError && error.code === "invalid-config")) throw error;
    const known = (await client.brokerConfig()).map(({ name }) => name);
    const advice = meantInstead(changes.keys(), known);
    throw new CommandError(error.code, error.message, exitCodes.failed, advice, error);
  }
}
