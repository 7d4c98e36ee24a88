import type { GroupSettings } from "../../coordination/settings.ts";
import type { TracedConfigEntry } from "../api.ts";
import { BrokerError } from "../errors.ts";
import { BROKER_SETTINGS } from "./broker-setting-table.ts";
import { groupSettings } from "./group-settings.ts";
import { checkedValue, numberOf } from "./setting.ts";
import { withoutAliases } from "./setting-aliases.ts";
import { brokerSynonyms } from "./topic-settings.ts";

/** A broker's settings as values that it works with. */
export interface BrokerSettings {
  readonly brokerId: number;
  /** null for none. */
  readonly rack: string | null;
  readonly defaultPartitions: number;
  readonly autoCreateTopics: boolean;
  readonly maxRequestBytes: number;
  readonly maxConnections: number;
  readonly maxIdleMs: number;
  readonly retentionCheckMs: number;
  readonly producerExpirationMs: number;
  readonly compactionIntervalMs: number;
  readonly compactionKeyBytes: number;
  readonly compactionBytesPerSecond: number;
  readonly minFreeBytes: number;
  readonly lagTimeMaxMs: number;
  readonly fenceAfterMs: number;
  readonly leaseMs: number;
  readonly replication: "sync" | "async";
  readonly maxOpenFiles: number;
  readonly scrubBytesPerSecond: number;
  readonly scrubIntervalMs: number;
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

/** A broker's settings with their values. */
export function brokerConfigEntries(config: ReadonlyMap<string, string>): TracedConfigEntry[] {
  return BROKER_SETTINGS.map((setting) => ({
    name: setting.name,
    value: config.get(setting.name) ?? setting.default,
    source: config.has(setting.name) ? "broker" : "default",
    type: setting.type,
    readOnly: true,
    documentation: setting.documentation,
    synonyms: brokerSynonyms(setting, config),
  }));
}

/** What a broker's config comes down to. */
export function brokerSettings(config: ReadonlyMap<string, string>): BrokerSettings {
  const values = new Map(brokerConfigEntries(config).map(({ name, value }) => [name, value]));
  const text = (name: string) => values.get(name) ?? "";
  return {
    brokerId: numberOf(text("broker.id")),
    rack: text("broker.rack") || null,
    defaultPartitions: numberOf(text("num.partitions")),
    autoCreateTopics: text("auto.create.topics.enable") === "true",
    maxConnections: numberOf(text("max.connections")),
    maxIdleMs: numberOf(text("connections.max.idle.ms")),
    maxRequestBytes: numberOf(text("socket.request.max.bytes")),
    retentionCheckMs: numberOf(text("log.retention.check.interval.ms")),
    producerExpirationMs: numberOf(text("producer.id.expiration.ms")),
    compactionIntervalMs: numberOf(text("log.cleaner.backoff.ms")),
    compactionKeyBytes: numberOf(text("log.cleaner.dedupe.buffer.size")),
    compactionBytesPerSecond: numberOf(text("log.cleaner.io.max.bytes.per.second")),
    replication: text("replication") === "async" ? "async" : "sync",
    lagTimeMaxMs: numberOf(text("replica.lag.time.max.ms")),
    fenceAfterMs: numberOf(text("replication.fence.after.ms")),
    leaseMs: numberOf(text("cluster.lease.ms")),
    minFreeBytes: numberOf(text("storage.min.free.bytes")),
    maxOpenFiles: numberOf(text("storage.max.open.files")),
    scrubBytesPerSecond: numberOf(text("storage.scrub.bytes.per.second")),
    scrubIntervalMs: numberOf(text("storage.scrub.interval.ms")),
    offsetsTopicPartitions: numberOf(text("offsets.topic.num.partitions")),
    offsetsTopicSegmentBytes: numberOf(text("offsets.topic.segment.bytes")),
    groups: groupSettings(text),
  };
}
