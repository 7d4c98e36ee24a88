import { type Command, Option } from "commander";
import type { GroupStatus } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import { forEachItem, throwIfFailed } from "../items.ts";
import { type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { type ListingFormat, printListing } from "../output/listing.ts";
import type { Output } from "../output/output.ts";
import type { Stdio } from "../stdio.ts";
import { memberColumns, membersOf } from "./member-rows.ts";
import { partitionColumns, partitionsOf } from "./partition-rows.ts";
import { topicColumns, topicsOf } from "./topic-rows.ts";

type RowKind = "partition" | "topic" | "member";

interface DescribeOptions extends ListingOptions {
  readonly by: RowKind;
}

/** `weir group describe`. */
export function describeVerb(stdio: Stdio): Command {
  return verb("describe <name...>", "Show how far groups have read, and who is in them", [
    "weir group describe billing",
    "weir group describe billing --by member",
    "weir group describe billing --json | jq '[.items[].partitions[].lag] | add'",
  ])
    .addOption(
      new Option("--by <rows>", "what the table has a row for")
        .choices(["partition", "topic", "member"])
        .default("partition"),
    )
    .addOption(listingOption())
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DescribeOptions>();
      await withClient(options, async (client) => {
        const outcomes = await forEachItem(stdio, names, (name) => client.describeGroup(name));
        const groups = outcomes.flatMap(({ result }) => (result === null ? [] : [result]));
        print(stdio.out, listingFormat(options), groups, options.by);
        throwIfFailed("group", outcomes);
      });
    });
}

function print(
  out: Output,
  format: ListingFormat,
  groups: readonly GroupStatus[],
  by: RowKind,
): void {
  const listing = { kind: "group-descriptions", version: 1, items: groups.map(groupItem) };
  if (by === "partition") {
    const rows = groups.flatMap(partitionsOf);
    printListing(out, format, { ...listing, rows, columns: partitionColumns });
  } else if (by === "topic") {
    printListing(out, format, {
      ...listing,
      rows: groups.flatMap(topicsOf),
      columns: topicColumns,
    });
  } else {
    const rows = groups.flatMap(membersOf);
    printListing(out, format, { ...listing, rows, columns: memberColumns });
  }
}

/** Unknown offsets, -1, are null. */
function groupItem(group: GroupStatus): object {
  const known = (value: number) => (value < 0 ? null : value);
  return {
    group: group.groupId,
    state: group.state,
    type: group.type,
    protocol_type: group.protocolType,
    protocol: group.protocolName === "" ? null : group.protocolName,
    generation: group.generation,
    members: group.members.map((member) => ({
      member: member.memberId,
      instance: member.groupInstanceId,
      client: member.clientId,
      host: member.clientHost,
      partitions: member.partitionCount,
    })),
    partitions: group.partitions.map((progress) => ({
      topic: progress.topic,
      partition: progress.partition,
      committed_offset: known(progress.committedOffset),
      metadata: progress.metadata,
      log_start_offset: known(progress.logStartOffset),
      high_watermark: known(progress.highWatermark),
      lag: known(progress.lag),
      member: progress.memberId,
    })),
  };
}
