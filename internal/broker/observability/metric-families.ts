import type { Broker } from "../api.ts";
import type { FollowerStatus } from "../membership/replication-api.ts";
import { NOTHING_WATCHED } from "./watch-api.ts";

/** One value, and what it is of. */
export interface MetricSample {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

/** What a metric is, without its values. */
export interface MetricMeaning {
  readonly type: "gauge" | "counter";
  readonly help: string;
}

/** A metric with its values. A counter's name is without the `_total` at its end. */
export interface MetricFamily extends MetricMeaning {
  readonly name: string;
  readonly samples: readonly MetricSample[];
}

/** How much was left out, where the bound on series was met. */
export interface LeftOut {
  topics: number;
  groups: number;
  partitions: number;
}

const gauge = (help: string) => ({ type: "gauge", help }) as const;
const counter = (help: string) => ({ type: "counter", help }) as const;

/** The metrics of topics, groups and partitions. */
export const FAMILIES = {
  weir_topic_written_records: counter("Records written to a topic since the start."),
  weir_topic_written_bytes: counter("Bytes of batches written to a topic since the start."),
  weir_topic_read_bytes: counter("Bytes of batches read from a topic since the start."),
  weir_topic_size_bytes: gauge("Size of a topic's logs on this broker."),
  weir_topic_partitions: gauge("Partitions of a topic."),
  weir_topic_faulty_partitions: gauge("Partitions of a topic whose copies aren't all in sync."),
  weir_group_members: gauge("Members of a consumer group."),
  weir_group_lag_records: gauge("Records that a group has still to read."),
  weir_group_lag_seconds: gauge("How long ago the first record came that a group hasn't read."),
  weir_group_drain_seconds: gauge("In how long a group will have read all, at its present speed."),
  weir_group_topic_lag_records: gauge("Records of a topic that a group has still to read."),
  weir_group_topic_lag_seconds: gauge("How long ago the first of these records came."),
  weir_group_partition_lag_records: gauge("Records of a partition that a group has still to read."),
  weir_group_partition_lag_seconds: gauge("How long ago the first of these records came."),
  weir_partition_high_watermark: gauge("The offset behind the last record that consumers see."),
  weir_partition_log_start_offset: gauge("The offset of the oldest record."),
  weir_partition_size_bytes: gauge("Size of a partition's log on this broker."),
  weir_partition_in_sync_copies: gauge("Copies of a partition that are in sync."),
} as const satisfies Readonly<Record<string, MetricMeaning>>;

/** One of the metrics above. */
export type FamilyName = keyof typeof FAMILIES;

function one(name: string, meaning: MetricMeaning, value: number): MetricFamily {
  return { name, ...meaning, samples: [{ labels: [], value }] };
}

function many(
  name: string,
  meaning: MetricMeaning,
  label: string,
  values: readonly (readonly [string, number])[],
): MetricFamily {
  const samples = values.map(([of, value]) => ({ labels: [[label, of]] as const, value }));
  return { name, ...meaning, samples };
}

/** The metrics of the broker as a whole. */
export function brokerFamilies(broker: Broker, leftOut: LeftOut): MetricFamily[] {
  const watcher = broker.openWatcher(NOTHING_WATCHED);
  const { syncs, ...status } = watcher.take(0).broker;
  watcher.close();
  const { replication, refusals } = status;
  return [
    many("weir_build_info", gauge("The executable's version."), "version", [[status.version, 1]]),
    one("weir_start_time_seconds", gauge("When it started."), status.startedAtMs / 1000),
    one("weir_writable", gauge("1 while records are taken."), status.writable ? 1 : 0),
    one("weir_fenced", gauge("1 while another may lead instead."), replication.fenced ? 1 : 0),
    one("weir_master", gauge("1 on the broker that leads."), replication.role === "master" ? 1 : 0),
    one("weir_leader_epoch", gauge("The number of the leadership."), replication.leaderEpoch),
    one("weir_topics", gauge("Topics."), status.topicCount),
    one("weir_partitions", gauge("Partitions of all topics."), status.partitionCount),
    one("weir_log_size_bytes", gauge("Size of all logs."), status.logSizeBytes),
    one("weir_journal_size_bytes", gauge("Size of the journal."), status.journalSizeBytes),
    one("weir_disk_free_bytes", gauge("Free space of the data's disk."), status.diskFreeBytes),
    one(
      "weir_damaged_ranges",
      gauge("Ranges of offsets that can't be read."),
      status.damagedRanges,
    ),
    one("weir_written_records", counter("Records written since the start."), status.recordsIn),
    one("weir_written_bytes", counter("Bytes of batches written."), status.bytesIn),
    one("weir_read_bytes", counter("Bytes of batches read."), status.bytesOut),
    one("weir_connections", gauge("Connections that are open."), status.connections),
    many(
      "weir_refusals",
      counter("What was refused, dropped or slowed, by reason."),
      "reason",
      refusals.map(({ reason, count }) => [reason, count]),
    ),
    many(
      "weir_sync_seconds",
      gauge("How long the last few hundred syncs of the disk took."),
      "statistic",
      syncs === null
        ? []
        : [
            ["median", syncs.p50Ms / 1000],
            ["p99", syncs.p99Ms / 1000],
            ["max", syncs.maxMs / 1000],
          ],
    ),
    ...followerFamilies(replication.followers),
    many("weir_metrics_left_out", gauge("Beyond metrics.series.max."), "kind", [
      ["topic", leftOut.topics],
      ["group", leftOut.groups],
      ["partition", leftOut.partitions],
    ]),
  ];
}

function followerFamilies(followers: readonly FollowerStatus[]): MetricFamily[] {
  const family = (name: string, help: string, value: (of: FollowerStatus) => number) => {
    const values = followers.map((of) => [String(of.brokerId), value(of)] as const);
    return many(name, gauge(help), "broker", values);
  };
  return [
    family("weir_follower_connected", "1 while it is heard.", (of) => (of.connected ? 1 : 0)),
    family("weir_follower_in_sync", "1 while it is in every ISR.", (of) => (of.inSync ? 1 : 0)),
    family("weir_follower_lag_records", "What it hasn't yet.", (of) => of.lagRecords),
  ];
}
