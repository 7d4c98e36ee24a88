import type { Command } from "commander";
import type { TopicSummary } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import { type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import { humanBytes } from "../output/numbers.ts";
import type { Stdio } from "../stdio.ts";

/** `weir topic ls`. */
export function lsVerb(stdio: Stdio): Command {
  return verb("ls", "List topics", ["weir topic ls", "weir topic ls --json | jq '.items[].name'"])
    .alias("list")
    .addOption(listingOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListingOptions>();
      await withClient(options, async (client) => {
        const topics = await client.listTopics();
        printListing(stdio.out, listingFormat(options), topicListing(topics));
      });
    });
}

function topicListing(topics: readonly TopicSummary[]): Listing<TopicSummary> {
  return {
    kind: "topics",
    version: 1,
    items: topics.map((topic) => ({
      name: topic.name,
      id: topic.id,
      internal: topic.internal,
      partitions: topic.partitionCount,
      replication_factor: topic.replicationFactor,
      records: topic.offsetCount,
      size_bytes: topic.sizeBytes,
    })),
    rows: topics,
    columns: [
      { header: "TOPIC", align: "left", text: ({ name }) => name },
      { header: "PARTITIONS", align: "right", text: (topic) => String(topic.partitionCount) },
      { header: "RECORDS", align: "right", text: ({ offsetCount }) => String(offsetCount) },
      {
        header: "SIZE",
        align: "right",
        text: ({ sizeBytes }) => humanBytes(sizeBytes),
        plain: ({ sizeBytes }) => String(sizeBytes),
      },
      {
        header: "COPIES",
        align: "right",
        text: (topic) => String(topic.replicationFactor),
        wideOnly: true,
      },
      { header: "ID", align: "left", text: ({ id }) => id, wideOnly: true },
    ],
  };
}
