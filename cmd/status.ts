import type { Command } from "commander";
import type { BrokerStatus } from "../internal/client/api.ts";
import { callExits, listingOption, verb } from "./options.ts";
import type { Listing } from "./output/listing.ts";
import { humanBytes, humanCount, humanDuration } from "./output/numbers.ts";
import { listingShape } from "./output/shape.ts";
import { printReading, type ReadingOptions, reading, watchOption } from "./reading.ts";
import { type Fact, replicationFacts } from "./status/replication.ts";
import type { Stdio } from "./stdio.ts";

const statusShape = listingShape("status", {
  broker_id: "integer, its number in the cluster",
  cluster_id: "text, the cluster's id",
  version: "text, of its executable",
  started: "text, when, RFC 3339",
  uptime_ms: "integer, how long ago",
  data: "text, its data directory",
  durability: "text, fsync or memory: what holds of topics that don't say otherwise",
  writable: "boolean, whether it takes records",
  write_refusal: "text or null, why not",
  damaged_ranges: "integer, stretches of partitions that are known to be damaged",
  scrub: "text, off, waiting or running: whether what is stored is being read again",
  scrub_checked_bytes: "integer, of the present round",
  scrub_total_bytes: "integer, of the present round",
  scrub_began: "text or null, when the present or the last round began, RFC 3339",
  scrub_ended: "text or null, when a round was last through, RFC 3339",
  role: "text, master or slave of a pair, member of a cluster",
  leader: "integer or absent, of a pair: the master; -1 if none is known",
  leader_epoch: "integer or absent, of a pair: the number of its leadership",
  controller: "integer or absent, of a cluster: the broker that chooses leaders; -1: none known",
  connected: "boolean or absent, of a slave: whether it hears its master",
  leader_silent_ms: "integer or null or absent, of a slave: since when not",
  in_sync: "boolean or absent, of a slave: whether it has everything",
  copied_bytes: "integer or null or absent, of a slave that catches up",
  behind_bytes: "integer or null or absent, of a slave that catches up",
  copied_percent: "number or null or absent, of a slave that catches up",
  copied_bytes_per_s: "number or null or absent, of a slave that catches up",
  left_ms: "number or null or absent, until it has caught up",
  slaves: "integer or absent, of a master: how many follow it",
  connected_slaves: "integer or absent, those that are heard",
  slaves_in_sync: "integer or absent, those that have everything",
  followers: "integer or absent, of a member: how many may copy what it leads",
  connected_followers: "integer or absent, those that are heard",
  followers_in_sync: "integer or absent, those that have all that they copy from it",
  lag_records: "integer or absent, what slaves or followers haven't yet, all together",
  degraded_since_ms: "integer or null or absent, since when it acks alone",
  acked_alone: "integer or absent, records that were acked alone",
  degraded: "list or absent, times in which it acked alone",
  "degraded[].start_ms": "integer, when that began",
  "degraded[].end_ms": "integer or null, when it was over",
  "degraded[].records_acked_alone": "integer, meanwhile",
  topics: "integer, how many",
  partitions: "integer, how many",
  log_size_bytes: "integer, of all segments",
  journal_size_bytes: "integer, of the journal",
  disk_free_bytes: "integer, of the data directory's disk",
  records_in: "integer, written since the start",
  bytes_in: "integer, written since the start",
  bytes_out: "integer, read since the start",
  connections: "integer, open now",
  refused: "integer, how often something wasn't done for a client, or not at once",
  refusals: "list, of these, by reason",
  "refusals[].reason": "text, stable",
  "refusals[].count": "integer, since the start",
});

/** `weir status`: one broker as a whole, also of a cluster. */
export function statusVerb(stdio: Stdio): Command {
  return verb("status", "Show how the broker is", {
    examples: [
      "weir status                      # 'weir cluster ls' has a cluster's others",
      "weir status --json | jq -e '.items[0].writable'",
    ],
    json: statusShape,
    exits: callExits,
  })
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (_: unknown, command: Command) => {
      await printReading(stdio, command.optsWithGlobals<ReadingOptions>(), async (client) =>
        reading(statusListing(await client.status(), Date.now())),
      );
    });
}

function statusListing(status: BrokerStatus, nowMs: number): Listing<Fact> {
  const facts = factsOf(status, nowMs);
  return {
    shape: statusShape,
    items: [
      {
        ...Object.fromEntries(facts.map(({ name, plain }) => [name, plain])),
        refusals: status.refusals,
      },
    ],
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
    count("damaged_ranges", status.damagedRanges),
    ...scrubFacts(status.scrub),
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
    refusalFact(status.refusals),
  ];
}

/** What wasn't done for clients, or not at once: `3: batch-too-large 2, storage-full 1`. */
function refusalFact(refusals: BrokerStatus["refusals"]): Fact {
  const plain = refusals.reduce((sum, { count }) => sum + count, 0);
  const reasons = refusals.map(({ reason, count }) => `${reason} ${humanCount(count)}`).join(", ");
  return { name: "refused", text: plain === 0 ? "0" : `${humanCount(plain)}: ${reasons}`, plain };
}

/** How far the scrub is, and when it was last through. */
function scrubFacts({ state, checkedBytes, totalBytes, ...times }: BrokerStatus["scrub"]): Fact[] {
  const share = Math.floor((100 * checkedBytes) / Math.max(1, totalBytes));
  const progress = `, ${share}% of ${humanBytes(totalBytes)} checked`;
  const at = (name: string, timeMs: number | null): Fact => {
    const plain = timeMs === null ? null : new Date(timeMs).toISOString();
    return { name, text: plain ?? "", plain };
  };
  return [
    { name: "scrub", text: state === "running" ? state + progress : state, plain: state },
    { name: "scrub_checked_bytes", text: humanBytes(checkedBytes), plain: checkedBytes },
    { name: "scrub_total_bytes", text: humanBytes(totalBytes), plain: totalBytes },
    at("scrub_began", times.roundStartedAtMs),
    at("scrub_ended", times.lastRoundEndedAtMs),
  ];
}
