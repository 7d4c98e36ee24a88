import type { Command } from "commander";
import { callExits, checkedList, listingOption, verb } from "../options.ts";
import { parsePair } from "../parse/values.ts";
import { printReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
import { settingListing, settingsShape } from "../setting-listing.ts";
import type { Stdio } from "../stdio.ts";

interface ConfigOptions extends ReadingOptions {
  readonly set?: readonly (readonly [name: string, value: string])[];
  readonly unset?: readonly string[];
}

/** `weir topic config`. */
export function configVerb(stdio: Stdio): Command {
  return verb("config <name>", "Show a topic's settings, after changing some", {
    examples: [
      "weir topic config orders",
      "weir topic config orders --set retention.ms=86400000",
      "weir topic config orders --unset retention.ms     # back to the broker's value",
    ],
    json: settingsShape,
    exits: callExits,
  })
    .option("--set <name=value>", "change a setting; repeatable", checkedList(parsePair))
    .option(
      "--unset <name>",
      "take a setting back; repeatable",
      checkedList((text) => text),
    )
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (topic: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConfigOptions>();
      const changes = new Map<string, string | null>([
        ...(options.set ?? []),
        ...(options.unset ?? []).map((name) => [name, null] as const),
      ]);
      await printReading(stdio, options, async (client) => {
        if (changes.size > 0) await client.alterTopicConfig(topic, changes);
        changes.clear();
        return reading(settingListing(await client.topicConfig(topic)));
      });
    });
}
