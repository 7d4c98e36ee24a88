import type { Command } from "commander";
import type { PartitionStatus, TopicDescription } from "../../internal/client/api.ts";
import { forEachItem, itemFailure } from "../items.ts";
import { itemExits, listingOption, verb } from "../options.ts";
import type { Listing } from "../output/listing.ts";
import { humanBytes } from "../output/numbers.ts";
import { listingShape } from "../output/shape.ts";
import { printReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
import type { Stdio } from "../stdio.ts";

const topicShape = listingShape("topic-descriptions", {
  name: "text, the topic's name",
  id: "text, its id: another one if it is made anew",
  internal: "boolean, whether the broker keeps its own things in it",
  config: "object, the settings that are its own",
  "config.*": "text, the value, by the setting's name",
  partitions: "list, one after the other",
  "partitions[].partition": "integer, its number",
  "partitions[].leader": "integer, the broker that takes writes; -1 if none does",
  "partitions[].leader_epoch": "integer, the number of that leadership",
  "partitions[].replicas": "list, the brokers that have a copy",
  "partitions[].adding": "list, those of them that are new, until they are in sync",
  "partitions[].removing": "list, those of them that go then",
  "partitions[].isr": "list, those whose copies are in sync",
  "partitions[].observers": "list, those whose copies are waited for by nobody",
  "partitions[].copies": "list, of the followers, as far as this broker knows",
  "partitions[].copies[].broker": "integer, who has it",
  "partitions[].copies[].in_sync": "boolean, whether it counts for acks",
  "partitions[].copies[].end_offset": "integer or null, behind what is durable there",
  "partitions[].copies[].lag_records": "integer, what it hasn't yet",
  "partitions[].copies[].lag_bytes": "integer or null, what it hasn't yet",
  "partitions[].copies[].lag_ms": "integer or null, how long ago it had everything",
  "partitions[].log_start_offset": "integer, of the oldest record; -1 if its leader can't be asked",
  "partitions[].high_watermark": "integer, behind the last record that consumers see; -1 as above",
  "partitions[].log_end_offset": "integer, behind the last record; -1 as above",
  "partitions[].size_bytes": "integer, on the disk of this broker, in a cluster of the leader",
});

/** `weir topic describe`. */
export function describeVerb(stdio: Stdio): Command {
  return verb("describe <name...>", "Show the partitions of topics", {
    examples: [
      "weir topic describe orders",
      "weir topic describe orders --json | jq '.items[].partitions[].high_watermark'",
    ],
    json: topicShape,
    exits: itemExits,
  })
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (names: string[], _: unknown, command: Command) => {
      await printReading(stdio, command.optsWithGlobals<ReadingOptions>(), async (client) => {
        const outcomes = await forEachItem(stdio, names, (name) => client.describeTopic(name));
        const topics = outcomes.flatMap(({ result }) => (result === null ? [] : [result]));
        return reading(partitionListing(topics), itemFailure("topic", outcomes));
      });
    });
}

function partitionListing(topics: readonly TopicDescription[]): Listing<PartitionStatus> {
  const number = (header: string, text: (row: PartitionStatus) => string) =>
    ({ header, align: "right", text }) as const;
  /** What only the leader knows, which may not be there. */
  const known = (header: string, value: (row: PartitionStatus) => number) => ({
    ...number(header, (row) => (value(row) < 0 ? "-" : String(value(row)))),
    plain: (row: PartitionStatus) => String(value(row)),
  });
  return {
    shape: topicShape,
    items: topics.map(topicItem),
    rows: topics.flatMap(({ partitions }) => partitions),
    columns: [
      { header: "TOPIC", align: "left", text: ({ topic }) => topic },
      number("PARTITION", ({ partition }) => String(partition)),
      number("LEADER", ({ leader }) => String(leader)),
      { header: "ISR", align: "left", text: isrText },
      known("START", ({ logStartOffset }) => logStartOffset),
      known("END", ({ highWatermark }) => highWatermark),
      known("RECORDS", recordsOf),
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

/** At most so many; -1 if the leader can't be asked. */
function recordsOf({ logStartOffset, highWatermark }: PartitionStatus): number {
  return highWatermark < 0 ? highWatermark : highWatermark - logStartOffset;
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
      adding: status.adding,
      removing: status.removing,
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
