import type { Command } from "commander";
import type { BrokerStatus } from "../internal/client/api.ts";
import { withClient } from "./connection.ts";
import { type ListingOptions, listingFormat, listingOption, verb } from "./options.ts";
import { type Listing, printListing } from "./output/listing.ts";
import { humanBytes, humanCount, humanDuration } from "./output/numbers.ts";
import { type Fact, replicationFacts } from "./status/replication.ts";
import type { Stdio } from "./stdio.ts";

/** `weir status`: the broker as a whole. */
export function statusVerb(stdio: Stdio): Command {
  return verb("status", "Show how the broker is", [
    "weir status",
    "weir status --json | jq -e '.items[0].writable'",
  ])
    .addOption(listingOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListingOptions>();
      await withClient(options, async (client) => {
        const status = await client.status();
        printListing(stdio.out, listingFormat(options), statusListing(status, Date.now()));
      });
    });
}

function statusListing(status: BrokerStatus, nowMs: number): Listing<Fact> {
  const facts = factsOf(status, nowMs);
  return {
    kind: "status",
    version: 1,
    items: [Object.fromEntries(facts.map(({ name, plain }) => [name, plain]))],
    rows: facts,
    columns: [
      {
        header: "FIELD",
        align: "left",
        // For people the unit stands with the number.
        text: ({ name }) => name.replace(/_(bytes|ms)$/, ""),
        plain: ({ name }) => name,
      },
      {
        header: "VALUE",
        align: "left",
        text: ({ text }) => text,
        plain: ({ plain }) =>
          typeof plain === "object" && plain ? JSON.stringify(plain) : String(plain ?? ""),
      },
    ],
  };
}

function factsOf(status: BrokerStatus, nowMs: number): Fact[] {
  const same = (name: string, plain: Fact["plain"]): Fact => {
    return { name, text: String(plain ?? ""), plain };
  };
  const bytes = (name: string, plain: number): Fact => ({ name, text: humanBytes(plain), plain });
  const count = (name: string, plain: number): Fact => ({ name, text: humanCount(plain), plain });
  const uptimeMs = Math.max(0, nowMs - status.startedAtMs);
  return [
    same("broker_id", status.brokerId),
    same("cluster_id", status.clusterId),
    same("version", status.version),
    same("started", new Date(status.startedAtMs).toISOString()),
    { name: "uptime_ms", text: humanDuration(uptimeMs), plain: uptimeMs },
    same("data", status.dataDirectory),
    same("durability", status.durability),
    same("writable", status.writable),
    same("write_refusal", status.writeRefusal),
    ...replicationFacts(status.replication, nowMs),
    count("topics", status.topicCount),
    count("partitions", status.partitionCount),
    bytes("log_size_bytes", status.logSizeBytes),
    bytes("journal_size_bytes", status.journalSizeBytes),
    bytes("disk_free_bytes", status.diskFreeBytes),
    count("records_in", status.recordsIn),
    bytes("bytes_in", status.bytesIn),
    bytes("bytes_out", status.bytesOut),
    count("connections", status.connections),
  ];
}
