import type { Command } from "commander";
import type { GroupSummary } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import { type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import type { Stdio } from "../stdio.ts";

/** `weir group ls`. */
export function lsVerb(stdio: Stdio): Command {
  return verb("ls", "List consumer groups, with how far they are behind", [
    "weir group ls",
    "weir group ls --json | jq '.items[] | select(.lag > 1000).group'",
  ])
    .alias("list")
    .addOption(listingOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListingOptions>();
      await withClient(options, async (client) => {
        const groups = await client.listGroups();
        printListing(stdio.out, listingFormat(options), groupListing(groups));
      });
    });
}

function groupListing(groups: readonly GroupSummary[]): Listing<GroupSummary> {
  const number = (header: string, value: (group: GroupSummary) => number) =>
    ({ header, align: "right", text: (group: GroupSummary) => String(value(group)) }) as const;
  return {
    kind: "groups",
    version: 1,
    items: groups.map((group) => ({
      group: group.groupId,
      state: group.state,
      type: group.type,
      protocol_type: group.protocolType,
      members: group.memberCount,
      partitions: group.partitionCount,
      lag: group.lag,
    })),
    rows: groups,
    columns: [
      { header: "GROUP", align: "left", text: ({ groupId }) => groupId },
      { header: "STATE", align: "left", text: ({ state }) => state },
      number("MEMBERS", ({ memberCount }) => memberCount),
      number("PARTITIONS", ({ partitionCount }) => partitionCount),
      number("LAG", ({ lag }) => lag),
      { header: "TYPE", align: "left", text: ({ type }) => type, wideOnly: true },
      { header: "PROTOCOL", align: "left", text: (group) => group.protocolType, wideOnly: true },
    ],
  };
}
