import type { GroupSettings } from "../../coordination/settings.ts";
import type { TracedConfigEntry } from "../api.ts";
import { BrokerError } from "../errors.ts";
import { BROKER_SETTINGS } from "./broker-setting-table.ts";
import { groupSettings } from "./group-settings.ts";
import { checkedValue, numberOf } from "./setting.ts";
import { withoutAliases } from "./setting-aliases.ts";
import { brokerSynonyms, type TopicSettings, topicSettings } from "./topic-settings.ts";

/** A broker's settings as values that it works with. */
export interface BrokerSettings {
  /** The id that this broker was given; null: it has the one of before, or finds one. */
  readonly givenId: number | null;
  /** null for none. */
  readonly rack: string | null;
  readonly defaultPartitions: number;
  readonly defaultCopies: number;
  /** What topics have of which nothing is said. */
  readonly topicDefaults: TopicSettings;
  readonly autoCreateTopics: boolean;
  readonly maxRequestBytes: number;
  readonly maxFetchBytes: number;
  readonly maxFetchSessions: number;
  readonly maxPartitionsPerPage: number;
  readonly maxConnections: number;
  readonly maxIdleMs: number;
  readonly retentionCheckMs: number;
  readonly producerExpirationMs: number;
  readonly compactionIntervalMs: number;
  readonly compactionKeyBytes: number;
  readonly compactionBytesPerSecond: number;
  /** "usual": as much as suits the disk. */
  readonly minFreeBytes: number | "usual";
  readonly maxOpenFiles: number;
  readonly scrubBytesPerSecond: number;
  readonly scrubIntervalMs: number;
  readonly lagTimeMaxMs: number;
  readonly fenceAfterMs: number;
  readonly leaseMs: number;
  readonly metricsByPartition: boolean;
  readonly maxMetricSeries: number;
  readonly offsetsTopicPartitions: number;
  readonly offsetsTopicSegmentBytes: number;
  readonly groups: GroupSettings;
}

/**
 * The settings that someone has given, as they are to be kept: by their own names (Kafka has others
 * for some), their values without blanks.
 *
 * Throws `BrokerError` `invalid-config` for an unknown one or a wrong value.
 */
export function checkedBrokerConfig(
  given: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const config = new Map<string, string>();
  for (const [name, value] of withoutAliases(given)) {
    const setting = BROKER_SETTINGS.find((candidate) => candidate.name === name);
    if (!setting) throw new BrokerError("invalid-config", `a broker has no setting ${name}`);
    config.set(name, checkedValue(setting, value));
  }
  return config;
}

/** A broker's settings with their values; `derived` are the defaults that are other ones here. */
export function brokerConfigEntries(
  config: ReadonlyMap<string, string>,
  derived: ReadonlyMap<string, string> = new Map(),
): TracedConfigEntry[] {
  return BROKER_SETTINGS.map(({ name, type, documentation, default: usual }) => {
    const fallback = derived.get(name) ?? usual;
    return {
      name,
      value: config.get(name) ?? fallback,
      source: config.has(name) ? "broker" : "default",
      type,
      readOnly: true,
      documentation,
      synonyms: brokerSynonyms({ name, default: fallback }, config),
    };
  });
}

/** What a broker's config comes down to; `derived` are the defaults that are other ones here. */
export function brokerSettings(
  config: ReadonlyMap<string, string>,
  derived: ReadonlyMap<string, string> = new Map(),
): BrokerSettings {
  const entries = brokerConfigEntries(config, derived);
  const values = new Map(entries.map(({ name, value }) => [name, value]));
  const text = (name: string) => values.get(name) ?? "";
  const number = (name: string) => numberOf(text(name));
  const given = (name: string) => (config.has(name) ? number(name) : null);
  return {
    givenId: given("broker.id"),
    rack: text("broker.rack") || null,
    defaultPartitions: number("num.partitions"),
    defaultCopies: number("default.replication.factor"),
    topicDefaults: topicSettings(new Map(), config),
    autoCreateTopics: text("auto.create.topics.enable") === "true",
    maxRequestBytes: number("socket.request.max.bytes"),
    maxFetchBytes: number("fetch.max.bytes"),
    maxFetchSessions: number("max.incremental.fetch.session.cache.slots"),
    maxPartitionsPerPage: number("max.request.partition.size.limit"),
    maxConnections: number("max.connections"),
    maxIdleMs: number("connections.max.idle.ms"),
    retentionCheckMs: number("log.retention.check.interval.ms"),
    producerExpirationMs: number("producer.id.expiration.ms"),
    compactionIntervalMs: number("log.cleaner.backoff.ms"),
    compactionKeyBytes: number("log.cleaner.dedupe.buffer.size"),
    compactionBytesPerSecond: number("log.cleaner.io.max.bytes.per.second"),
    minFreeBytes: given("storage.min.free.bytes") ?? "usual",
    maxOpenFiles: number("storage.max.open.files"),
    scrubBytesPerSecond: number("storage.scrub.bytes.per.second"),
    scrubIntervalMs: number("storage.scrub.interval.ms"),
    lagTimeMaxMs: number("replica.lag.time.max.ms"),
    fenceAfterMs: number("replication.fence.after.ms"),
    leaseMs: number("cluster.lease.ms"),
    metricsByPartition: text("metrics.partitions.enable") === "true",
    maxMetricSeries: number("metrics.series.max"),
    offsetsTopicPartitions: number("offsets.topic.num.partitions"),
    offsetsTopicSegmentBytes: number("offsets.topic.segment.bytes"),
    groups: groupSettings(text),
  };
}
