import type { Command } from "commander";
import type { GroupSummary } from "../../internal/client/api.ts";
import { callExits, listingOption, verb } from "../options.ts";
import type { Listing } from "../output/listing.ts";
import { listingShape } from "../output/shape.ts";
import { printReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
import type { Stdio } from "../stdio.ts";
import { fromCopyText, noteCopies } from "./copies.ts";
import { known, lagTimeColumns } from "./lag-columns.ts";

const groupsShape = listingShape("groups", {
  group: "text, its id",
  state:
    "text, Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Stable or Dead",
  type: "text, the protocol of its members: classic or consumer",
  protocol_type: "text, consumer for consumers",
  members: "integer, how many it has",
  from_copy: fromCopyText,
  partitions: "integer, those with a committed offset",
  lag: "integer, records still to be read, at most so many",
  lag_ms: "integer or null, how long ago the first of them came; null: unknown",
  drain_ms: "integer or null, in how long all will have been read; null: unknown, or never",
});

/** `weir group ls`. */
export function lsVerb(stdio: Stdio): Command {
  return verb("ls", "List consumer groups, with how far they are behind", {
    examples: ["weir group ls", "weir group ls --json | jq '.items[] | select(.lag > 1000).group'"],
    json: groupsShape,
    exits: callExits,
  })
    .alias("list")
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ReadingOptions>();
      await printReading(stdio, options, async (client) => {
        const groups = await client.listGroups();
        noteCopies(stdio, options, groups);
        return reading(groupListing(groups));
      });
    });
}

function groupListing(groups: readonly GroupSummary[]): Listing<GroupSummary> {
  const number = (header: string, value: (group: GroupSummary) => number) =>
    ({ header, align: "right", text: (group: GroupSummary) => String(value(group)) }) as const;
  return {
    shape: groupsShape,
    items: groups.map((group) => ({
      group: group.groupId,
      state: group.state,
      type: group.type,
      protocol_type: group.protocolType,
      members: group.memberCount,
      from_copy: group.fromCopy,
      partitions: group.partitionCount,
      lag: group.lag,
      lag_ms: known(group.lagMs),
      drain_ms: known(group.drainMs),
    })),
    rows: groups,
    columns: [
      { header: "GROUP", align: "left", text: ({ groupId }) => groupId },
      { header: "STATE", align: "left", text: ({ state }) => state },
      number("MEMBERS", ({ memberCount }) => memberCount),
      number("PARTITIONS", ({ partitionCount }) => partitionCount),
      number("LAG", ({ lag }) => lag),
      ...lagTimeColumns,
      { header: "TYPE", align: "left", text: ({ type }) => type, wideOnly: true },
      { header: "PROTOCOL", align: "left", text: (group) => group.protocolType, wideOnly: true },
    ],
  };
}
