import type { Command } from "commander";
import type { ConfigEntry } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import {
  checkedList,
  type ListingOptions,
  listingFormat,
  listingOption,
  verb,
} from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import { parsePair } from "../parse/values.ts";
import type { Stdio } from "../stdio.ts";

interface ConfigOptions extends ListingOptions {
  readonly set?: readonly (readonly [name: string, value: string])[];
  readonly unset?: readonly string[];
}

/** `weir topic config`. */
export function configVerb(stdio: Stdio): Command {
  return verb("config <name>", "Show a topic's settings, after changing some", [
    "weir topic config orders",
    "weir topic config orders --set retention.ms=86400000",
    "weir topic config orders --unset retention.ms     # back to the broker's value",
  ])
    .option("--set <name=value>", "change a setting; repeatable", checkedList(parsePair))
    .option(
      "--unset <name>",
      "take a setting back; repeatable",
      checkedList((text) => text),
    )
    .addOption(listingOption())
    .action(async (topic: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConfigOptions>();
      const changes = new Map<string, string | null>([
        ...(options.set ?? []),
        ...(options.unset ?? []).map((name) => [name, null] as const),
      ]);
      await withClient(options, async (client) => {
        if (changes.size > 0) await client.alterTopicConfig(topic, changes, false);
        const entries = await client.topicConfig(topic);
        printListing(stdio.out, listingFormat(options), settingListing(entries));
      });
    });
}

function settingListing(entries: readonly ConfigEntry[]): Listing<ConfigEntry> {
  return {
    kind: "settings",
    version: 1,
    items: entries.map((entry) => ({
      name: entry.name,
      value: entry.value,
      source: entry.source,
      type: entry.type,
      read_only: entry.readOnly,
      documentation: entry.documentation,
    })),
    rows: entries,
    columns: [
      { header: "NAME", align: "left", text: ({ name }) => name },
      { header: "VALUE", align: "left", text: ({ value }) => value ?? "" },
      { header: "SOURCE", align: "left", text: ({ source }) => source },
      { header: "TYPE", align: "left", text: ({ type }) => type, wideOnly: true },
      { header: "MEANING", align: "left", text: (entry) => entry.documentation, wideOnly: true },
    ],
  };
}
