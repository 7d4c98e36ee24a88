import type { GroupSettings } from "../coordination/settings.ts";
import type { ConfigEntry } from "./api.ts";
import { BrokerError } from "./errors.ts";
import { GROUP_SETTINGS, groupSettings } from "./group-settings.ts";
import { checkSetting, numberOf, type Setting } from "./setting.ts";
import { TOPIC_SETTINGS } from "./topic-settings.ts";

const INT_MAX = 2 ** 31 - 1;

/** The settings of a broker that aren't the defaults of topics. */
const OWN_SETTINGS: readonly Setting[] = [
  {
    name: "broker.id",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "1",
    documentation: "The number of this broker among those of its cluster.",
  },
  {
    name: "num.partitions",
    type: "int",
    min: 1,
    max: 100_000,
    default: "1",
    documentation: "How many partitions a topic gets when nothing is said about it.",
  },
  {
    name: "default.replication.factor",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "1",
    documentation: "How many copies a topic gets when nothing is said about it.",
  },
  {
    name: "auto.create.topics.enable",
    type: "boolean",
    default: "true",
    documentation: "Whether a topic is made when a client asks for one that isn't there.",
  },
  {
    name: "log.cleaner.backoff.ms",
    type: "long",
    min: 1,
    max: INT_MAX,
    default: "15000",
    documentation: "How often the broker looks for logs that are to be compacted.",
  },
  {
    name: "log.cleaner.dedupe.buffer.size",
    type: "long",
    min: 1024 * 1024,
    max: INT_MAX,
    default: "67108864",
    documentation:
      "The memory for keys that compaction may take; with less it goes over logs more often.",
  },
  {
    name: "log.cleaner.io.max.bytes.per.second",
    type: "double",
    min: 1,
    default: "67108864",
    documentation: "How much compaction reads and writes a second, together, at the most.",
  },
  {
    name: "log.retention.check.interval.ms",
    type: "long",
    min: 1,
    max: INT_MAX,
    default: "300000",
    documentation: "How often the broker looks for segments that are to be deleted.",
  },
  {
    name: "socket.request.max.bytes",
    type: "int",
    min: 1024,
    max: INT_MAX,
    default: "104857600",
    documentation: "The size of the largest request that is taken; a larger one ends a connection.",
  },
  {
    name: "storage.min.free.bytes",
    type: "long",
    min: 0,
    default: "50331648",
    documentation: "Writes are refused while the data directory's disk has less free space.",
  },
  {
    name: "storage.max.open.files",
    type: "int",
    min: 16,
    max: INT_MAX,
    default: "4096",
    documentation: "How many segment files may be open; the least recently used ones are closed.",
  },
];

/** All settings that a broker takes. */
export const BROKER_SETTINGS: readonly Setting[] = [
  ...OWN_SETTINGS,
  ...GROUP_SETTINGS,
  ...TOPIC_SETTINGS.map((setting) => ({ ...setting, name: setting.broker })),
];

/** A broker's settings as values that it works with. */
export interface BrokerSettings {
  readonly brokerId: number;
  readonly defaultPartitions: number;
  readonly autoCreateTopics: boolean;
  readonly maxRequestBytes: number;
  readonly retentionCheckMs: number;
  readonly compactionIntervalMs: number;
  readonly compactionKeyBytes: number;
  readonly compactionBytesPerSecond: number;
  readonly minFreeBytes: number;
  readonly maxOpenFiles: number;
  readonly offsetsTopicPartitions: number;
  readonly offsetsTopicSegmentBytes: number;
  readonly groups: GroupSettings;
}

/** Throws `BrokerError` `invalid-config` for an unknown broker setting or a wrong value. */
export function checkBrokerConfig(config: ReadonlyMap<string, string>): void {
  for (const [name, value] of config) {
    const setting = BROKER_SETTINGS.find((candidate) => candidate.name === name);
    if (setting) checkSetting(setting, value);
    else throw new BrokerError("invalid-config", `a broker has no setting ${name}`);
  }
}

/** A broker's settings with their values. */
export function brokerConfigEntries(config: ReadonlyMap<string, string>): ConfigEntry[] {
  return BROKER_SETTINGS.map(({ name, type, documentation, default: fallback }) => ({
    name,
    value: config.get(name) ?? fallback,
    source: config.has(name) ? "broker" : "default",
    type,
    readOnly: true,
    documentation,
  }));
}

/** What a broker's config comes down to. */
export function brokerSettings(config: ReadonlyMap<string, string>): BrokerSettings {
  const values = new Map(brokerConfigEntries(config).map(({ name, value }) => [name, value]));
  const text = (name: string) => values.get(name) ?? "";
  return {
    brokerId: numberOf(text("broker.id")),
    defaultPartitions: numberOf(text("num.partitions")),
    autoCreateTopics: text("auto.create.topics.enable") === "true",
    maxRequestBytes: numberOf(text("socket.request.max.bytes")),
    retentionCheckMs: numberOf(text("log.retention.check.interval.ms")),
    compactionIntervalMs: numberOf(text("log.cleaner.backoff.ms")),
    compactionKeyBytes: numberOf(text("log.cleaner.dedupe.buffer.size")),
    compactionBytesPerSecond: numberOf(text("log.cleaner.io.max.bytes.per.second")),
    minFreeBytes: numberOf(text("storage.min.free.bytes")),
    maxOpenFiles: numberOf(text("storage.max.open.files")),
    offsetsTopicPartitions: numberOf(text("offsets.topic.num.partitions")),
    offsetsTopicSegmentBytes: numberOf(text("offsets.topic.segment.bytes")),
    groups: groupSettings(text),
  };
}
