import { type Command, Option } from "commander";
import type { GroupStatus } from "../../internal/client/api.ts";
import type { CommandError } from "../errors.ts";
import { forEachItem, itemFailure } from "../items.ts";
import { itemExits, listingOption, verb } from "../options.ts";
import { listingShape } from "../output/shape.ts";
import {
  printReading,
  type Reading,
  type ReadingOptions,
  reading,
  watchOption,
} from "../reading.ts";
import type { Stdio } from "../stdio.ts";
import { fromCopyText, noteCopies } from "./copies.ts";
import { known } from "./lag-columns.ts";
import { memberColumns, membersOf } from "./member-rows.ts";
import { partitionColumns, partitionsOf } from "./partition-rows.ts";
import { topicColumns, topicsOf } from "./topic-rows.ts";

type RowKind = "partition" | "topic" | "member";

interface DescribeOptions extends ReadingOptions {
  readonly by: RowKind;
}

const groupShape = listingShape("group-descriptions", {
  group: "text, its id",
  state:
    "text, Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Stable or Dead",
  type: "text, the protocol of its members: classic or consumer",
  protocol_type: "text, consumer for consumers",
  protocol: "text or null, the assignor",
  generation: "integer, how often its partitions were dealt out",
  from_copy: fromCopyText,
  members: "list, who is in it",
  "members[].member": "text, its id",
  "members[].instance": "text or null, a static member's lasting name",
  "members[].client": "text, what it calls itself",
  "members[].host": "text, where it connects from",
  "members[].partitions": "integer, how many it has",
  partitions: "list, those with an offset or an owner",
  "partitions[].topic": "text, the topic",
  "partitions[].partition": "integer, its number",
  "partitions[].committed_offset": "integer or null, of the next record to read",
  "partitions[].metadata": "text, what its consumer put beside the offset",
  "partitions[].log_start_offset": "integer or null, of the oldest record",
  "partitions[].high_watermark": "integer or null, behind the last record",
  "partitions[].lag": "integer or null, records still to be read; null: unknown",
  "partitions[].lag_ms": "integer or null, how long ago the first of them came",
  "partitions[].drain_ms": "integer or null, in how long all will have been read",
  "partitions[].member": "text or null, who has it",
});

/** `weir group describe`. */
export function describeVerb(stdio: Stdio): Command {
  return verb("describe <name...>", "Show how far groups have read, and who is in them", {
    examples: [
      "weir group describe billing",
      "weir group describe billing --by member",
      "weir group describe billing --json | jq '[.items[].partitions[].lag] | add'",
    ],
    json: groupShape,
    exits: itemExits,
  })
    .addOption(
      new Option("--by <rows>", "what the table has a row for")
        .choices(["partition", "topic", "member"])
        .default("partition"),
    )
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DescribeOptions>();
      await printReading(stdio, options, async (client) => {
        const outcomes = await forEachItem(stdio, names, (name) => client.describeGroup(name));
        const groups = outcomes.flatMap(({ result }) => (result === null ? [] : [result]));
        noteCopies(stdio, options, groups);
        return groupsReading(groups, options.by, itemFailure("group", outcomes));
      });
    });
}

function groupsReading(
  groups: readonly GroupStatus[],
  by: RowKind,
  failure: CommandError | null,
): Reading {
  const listing = { shape: groupShape, items: groups.map(groupItem) };
  if (by === "partition") {
    const rows = groups.flatMap(partitionsOf);
    return reading({ ...listing, rows, columns: partitionColumns }, failure);
  }
  if (by === "topic") {
    return reading({ ...listing, rows: groups.flatMap(topicsOf), columns: topicColumns }, failure);
  }
  const rows = groups.flatMap(membersOf);
  return reading({ ...listing, rows, columns: memberColumns }, failure);
}

/** Unknown offsets, -1, are null. */
function groupItem(group: GroupStatus): object {
  return {
    group: group.groupId,
    state: group.state,
    type: group.type,
    protocol_type: group.protocolType,
    protocol: group.protocolName === "" ? null : group.protocolName,
    generation: group.generation,
    from_copy: group.fromCopy,
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
      lag_ms: known(progress.lagMs),
      drain_ms: known(progress.drainMs),
      member: progress.memberId,
    })),
  };
}
