import type { Command } from "commander";
import type { PartitionStatus, TopicDescription } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import { forEachItem, throwIfFailed } from "../items.ts";
import { type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import { humanBytes } from "../output/numbers.ts";
import type { Stdio } from "../stdio.ts";

/** `weir topic describe`. */
export function describeVerb(stdio: Stdio): Command {
  return verb("describe <name...>", "Show the partitions of topics", [
    "weir topic describe orders",
    "weir topic describe orders payments --json | jq '.items[].partitions[].high_watermark'",
  ])
    .addOption(listingOption())
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListingOptions>();
      await withClient(options, async (client) => {
        const outcomes = await forEachItem(stdio, names, (name) => client.describeTopic(name));
        const topics = outcomes.flatMap(({ result }) => (result === null ? [] : [result]));
        printListing(stdio.out, listingFormat(options), partitionListing(topics));
        throwIfFailed("topic", outcomes);
      });
    });
}

function partitionListing(topics: readonly TopicDescription[]): Listing<PartitionStatus> {
  const number = (header: string, text: (row: PartitionStatus) => string) =>
    ({ header, align: "right", text }) as const;
  return {
    kind: "topic-descriptions",
    version: 1,
    items: topics.map(topicItem),
    rows: topics.flatMap(({ partitions }) => partitions),
    columns: [
      { header: "TOPIC", align: "left", text: ({ topic }) => topic },
      number("PARTITION", ({ partition }) => String(partition)),
      number("LEADER", ({ leader }) => String(leader)),
      { header: "ISR", align: "left", text: isrText },
      number("START", ({ logStartOffset }) => String(logStartOffset)),
      number("END", ({ highWatermark }) => String(highWatermark)),
      number("RECORDS", (row) => String(row.highWatermark - row.logStartOffset)),
      {
        ...number("SIZE", ({ sizeBytes }) => humanBytes(sizeBytes)),
        plain: ({ sizeBytes }) => String(sizeBytes),
      },
      { ...number("EPOCH", ({ leaderEpoch }) => String(leaderEpoch)), wideOnly: true },
      { ...number("LOG-END", ({ logEndOffset }) => String(logEndOffset)), wideOnly: true },
      { header: "LAG", align: "left", text: lagText, wideOnly: true },
      {
        header: "OBSERVERS",
        align: "left",
        text: ({ observers }) => observers.join(","),
        wideOnly: true,
      },
    ],
  };
}

/** Every copy by its broker; those that are not in sync in parentheses: `1,2,(3)`. */
function isrText({ replicas, isr }: PartitionStatus): string {
  return replicas.map((id) => (isr.includes(id) ? String(id) : `(${id})`)).join(",");
}

/** By how many records each copy is behind: `2:0,3:17`. */
function lagText({ copies }: PartitionStatus): string {
  return copies.map(({ broker, lagRecords }) => `${broker}:${lagRecords}`).join(",");
}

function topicItem(topic: TopicDescription): object {
  return {
    name: topic.name,
    id: topic.id,
    internal: topic.internal,
    config: Object.fromEntries(topic.config),
    partitions: topic.partitions.map((status) => ({
      partition: status.partition,
      leader: status.leader,
      leader_epoch: status.leaderEpoch,
      replicas: status.replicas,
      isr: status.isr,
      observers: status.observers,
      copies: status.copies.map((copy) => ({
        broker: copy.broker,
        in_sync: copy.inSync,
        end_offset: copy.endOffset,
        lag_records: copy.lagRecords,
        lag_bytes: copy.lagBytes,
        lag_ms: copy.lagMs,
        out_of_sync_ms: copy.outOfSyncMs,
      })),
      log_start_offset: status.logStartOffset,
      high_watermark: status.highWatermark,
      log_end_offset: status.logEndOffset,
      size_bytes: status.sizeBytes,
    })),
  };
}
