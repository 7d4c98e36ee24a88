import { type Command, Option } from "commander";
import type { Client } from "../../internal/client/api.ts";
import type { PlannedOffset } from "../../internal/client/group-reset-api.ts";
import type { Place } from "../../internal/client/place.ts";
import { withClient } from "../connection.ts";
import {
  callExits,
  checked,
  checkedList,
  type ListingOptions,
  listingFormat,
  listingOption,
  verb,
} from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import { listingShape } from "../output/shape.ts";
import { parseFrom } from "../parse/position.ts";
import { parseWhole } from "../parse/values.ts";
import type { Stdio } from "../stdio.ts";
import { planReset } from "./reset-plan.ts";

/** So many offsets fit into one request. */
const OFFSETS_AT_ONCE = 10_000;

interface ResetOptions extends ListingOptions {
  readonly topic?: readonly string[];
  readonly partition?: readonly number[];
  readonly to: Place;
  readonly yes?: true;
}

const resetShape = listingShape("group-reset", {
  group: "text, the group",
  topic: "text, the topic",
  partition: "integer, its number",
  committed_offset: "integer or null, what was committed before",
  new_offset: "integer, where it goes on",
  lag: "integer, records to be read from there",
  done: "boolean, whether it was done, or only shown",
});

/** `weir group reset`. */
export function resetVerb(stdio: Stdio): Command {
  const startedAtMs = Date.now();
  return verb("reset <name>", "Set where a group without members goes on", {
    examples: [
      "weir group reset billing --to start                 # shows what it would do",
      "weir group reset billing --to @-1h --topic orders --yes",
      "weir group reset billing --to 500 --topic orders -p 3 --yes",
    ],
    json: resetShape,
    exits: callExits,
  })
    .addOption(
      new Option("--to <position>", "start, end, OFFSET, -N or @TIME, in each partition")
        .makeOptionMandatory()
        .argParser(checked((text) => parseFrom(text, startedAtMs))),
    )
    .option(
      "--topic <topic>",
      "only this topic; repeatable (default: those with an offset)",
      checkedList((text) => text),
    )
    .option(
      "-p, --partition <number>",
      "only this partition; repeatable",
      checkedList((text) => parseWhole(text, 0, 0x7fff_ffff)),
    )
    .option("-y, --yes", "do it; without, it is only shown")
    .addOption(listingOption())
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ResetOptions>();
      await withClient(options, (client) => reset(stdio, client, name, options));
    });
}

async function reset(
  stdio: Stdio,
  client: Client,
  groupId: string,
  options: ResetOptions,
): Promise<void> {
  const { topic: topics = [], partition: partitions = [], to, yes } = options;
  const planned = await planReset(client, { groupId, topics, partitions, to });
  if (yes === true) {
    const offsets = planned.map(({ topic, partition, newOffset }) => {
      return { topic, partition, offset: newOffset };
    });
    for (let from = 0; from < offsets.length; from += OFFSETS_AT_ONCE) {
      await client.setGroupOffsets(groupId, offsets.slice(from, from + OFFSETS_AT_ONCE));
    }
  }
  printListing(stdio.out, listingFormat(options), planListing(groupId, planned, yes === true));
  if (yes !== true) stdio.note("Nothing was changed: say --yes to do this.");
}

function planListing(
  groupId: string,
  planned: readonly PlannedOffset[],
  isDone: boolean,
): Listing<PlannedOffset> {
  const offset = (header: string, text: (row: PlannedOffset) => string) =>
    ({ header, align: "right", text }) as const;
  return {
    shape: resetShape,
    items: planned.map(({ topic, partition, committedOffset, newOffset, lag }) => ({
      group: groupId,
      topic,
      partition,
      committed_offset: committedOffset,
      new_offset: newOffset,
      lag,
      done: isDone,
    })),
    rows: planned,
    columns: [
      { header: "TOPIC", align: "left", text: ({ topic }) => topic },
      offset("PARTITION", ({ partition }) => String(partition)),
      offset("COMMITTED", ({ committedOffset }) => String(committedOffset ?? "")),
      offset("NEW", ({ newOffset }) => String(newOffset)),
      offset("LAG", ({ lag }) => String(lag)),
    ],
  };
}
