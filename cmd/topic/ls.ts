import type { Command } from "commander";
import type { TopicSummary } from "../../internal/client/api.ts";
import { callExits, listingOption, verb } from "../options.ts";
import type { Listing } from "../output/listing.ts";
import { humanBytes } from "../output/numbers.ts";
import { listingShape } from "../output/shape.ts";
import { printReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
import type { Stdio } from "../stdio.ts";

const topicsShape = listingShape("topics", {
  name: "text, the topic's name",
  id: "text, its id: another one if it is made anew",
  internal: "boolean, whether the broker keeps its own things in it",
  partitions: "integer, how many it has",
  replication_factor: "integer, copies of each partition",
  records: "integer, at most so many are kept",
  size_bytes: "integer, on this broker's disk, in a cluster on those of all",
});

/** `weir topic ls`. */
export function lsVerb(stdio: Stdio): Command {
  return verb("ls", "List topics", {
    examples: ["weir topic ls", "weir topic ls --json | jq '.items[].name'"],
    json: topicsShape,
    exits: callExits,
  })
    .alias("list")
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (_: unknown, command: Command) => {
      await printReading(stdio, command.optsWithGlobals<ReadingOptions>(), async (client) =>
        reading(topicListing(await client.listTopics())),
      );
    });
}

function topicListing(topics: readonly TopicSummary[]): Listing<TopicSummary> {
  return {
    shape: topicsShape,
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
