import type {
  BrokerActivity,
  Client,
  GroupActivity,
  Rates,
  TopicActivity,
  WatchUpdate,
} from "../../internal/client/api.ts";
import type { JsonShape } from "../output/shape.ts";
import type { Stdio } from "../stdio.ts";

/** A look at the broker, or at those of its cluster, as programs get it. */
export const lookShape: JsonShape = {
  kind: "top",
  version: 1,
  form: "lines",
  fields: {
    time_ms: "integer, when, by the broker's clock, in milliseconds since 1970",
    brokers: "list, the one that was named, then the others of its cluster that answer",
    "brokers[].broker": "integer, its id",
    "brokers[].writable": "boolean, whether it takes records",
    "brokers[].connections": "integer, open now",
    "brokers[].disk_free_bytes": "integer, of the data directory's disk",
    "brokers[].sync_p99_ms": "number or null, how long 99 of 100 syncs of the disk took at most",
    "brokers[].records_in_per_s": "number, written lately",
    "brokers[].bytes_in_per_s": "number, written lately",
    "brokers[].bytes_out_per_s": "number, read lately",
    topics: "list, all of them",
    "topics[].topic": "text, its name",
    "topics[].partitions": "integer, how many it has",
    "topics[].records": "integer, at most so many are kept",
    "topics[].size_bytes": "integer, on all disks",
    "topics[].health": "text, ok, under-replicated, under-min-isr or leaderless: the worst",
    "topics[].faults": "integer, partitions that aren't ok",
    "topics[].records_in_per_s": "number, written lately",
    "topics[].bytes_in_per_s": "number, written lately",
    "topics[].bytes_out_per_s": "number, read lately",
    groups: "list, all of them",
    "groups[].group": "text, its id",
    "groups[].state": "text, as in 'weir group ls'",
    "groups[].members": "integer, how many it has",
    "groups[].lag": "integer, records still to be read",
    "groups[].lag_ms": "integer or null, how long ago the first of them came; null: unknown",
  },
};

/** Prints a look a line, each interval, until it is told to stop. */
export async function printLooks(
  { out }: Stdio,
  client: Client,
  intervalMs: number,
  stop: AbortSignal,
): Promise<void> {
  const watch = client.watch({ topics: true, groups: true, intervalMs });
  stop.addEventListener("abort", () => watch.stop(), { once: true });
  const topics = new Map<string, TopicActivity>();
  const groups = new Map<string, GroupActivity>();
  for await (const update of watch) {
    for (const name of update.removedTopics) topics.delete(name);
    for (const topic of update.topics) topics.set(topic.name, topic);
    for (const groupId of update.removedGroups) groups.delete(groupId);
    for (const group of update.groups) groups.set(group.groupId, group);
    if (update.incomplete) continue;
    out.appendText(`${JSON.stringify(lookOf(update, topics.values(), groups.values()))}\n`);
    await out.flush();
  }
}

function lookOf(
  { atMs, broker, others }: WatchUpdate,
  topics: Iterable<TopicActivity>,
  groups: Iterable<GroupActivity>,
): object {
  return {
    time_ms: atMs,
    brokers: [broker, ...others].map(brokerOf),
    topics: Array.from(topics, topicOf),
    groups: Array.from(groups, groupOf),
  };
}

function brokerOf(broker: BrokerActivity): object {
  return {
    broker: broker.brokerId,
    writable: broker.writable,
    connections: broker.connections,
    disk_free_bytes: broker.diskFreeBytes,
    sync_p99_ms: broker.syncs?.p99Ms ?? null,
    ...ratesOf(broker.rates),
  };
}

function topicOf(topic: TopicActivity): object {
  return {
    topic: topic.name,
    partitions: topic.partitionCount,
    records: topic.offsetCount,
    size_bytes: topic.sizeBytes,
    health: topic.health,
    faults: topic.faultCount,
    ...ratesOf(topic.rates),
  };
}

function groupOf({ groupId, state, memberCount, lag, lagMs }: GroupActivity): object {
  return { group: groupId, state, members: memberCount, lag, lag_ms: lagMs < 0 ? null : lagMs };
}

function ratesOf(rates: Rates | null): object {
  return {
    records_in_per_s: rates?.recordsInPerSecond ?? 0,
    bytes_in_per_s: rates?.bytesInPerSecond ?? 0,
    bytes_out_per_s: rates?.bytesOutPerSecond ?? 0,
  };
}
