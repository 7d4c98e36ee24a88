import { CODECS, type Codec } from "../../record/layout.ts";
import type { CompactionConfig } from "../../storage/partition-log.ts";
import type { ConfigSynonym, Durability, TracedConfigEntry } from "../api.ts";
import { BrokerError } from "../errors.ts";
import { IDLE_SETTINGS } from "./idle-settings.ts";
import { checkSetting, listOf, numberOf, type Setting, UNLIMITED } from "./setting.ts";

const INT_MAX = 2 ** 31 - 1;

/** A topic's setting, and the broker setting that gives its default. */
export interface TopicSetting extends Setting {
  /** The broker setting's name, which is Kafka's where Kafka has one. */
  readonly broker: string;
}

/** The settings that a topic can have of its own; the broker's are the defaults of all topics. */
export const TOPIC_SETTINGS: readonly TopicSetting[] = [
  {
    name: "cleanup.policy",
    broker: "log.cleanup.policy",
    type: "list",
    choices: ["delete", "compact"],
    default: "delete",
    documentation:
      "What becomes of old records: delete, they go by age and size; compact, all but the last " +
      "one of each key go; both, or none if the list is empty.",
  },
  {
    name: "compression.type",
    broker: "compression.type",
    type: "string",
    choices: ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"],
    default: "producer",
    documentation:
      "How records are compressed in the log: as their producer did it, or by this codec, which " +
      "costs the broker time.",
  },
  {
    name: "delete.retention.ms",
    broker: "log.cleaner.delete.retention.ms",
    type: "long",
    min: 0,
    default: "86400000",
    documentation:
      "How long compaction keeps a record without a value, which deletes its key, so that every " +
      "reader who began before can learn of it.",
  },
  {
    name: "durability",
    broker: "durability",
    type: "string",
    choices: ["fsync", "memory"],
    default: "fsync",
    documentation:
      "When a record counts as written: fsync, on the disk; memory, in the operating system's " +
      "memory, which a power loss takes.",
  },
  {
    name: "max.compaction.lag.ms",
    broker: "log.cleaner.max.compaction.lag.ms",
    type: "long",
    min: 1,
    default: "9223372036854775807",
    documentation:
      "The age at which a record is open to compaction, however little there is to do.",
  },
  {
    name: "max.message.bytes",
    broker: "message.max.bytes",
    type: "int",
    min: 0,
    max: INT_MAX,
    default: "1048588",
    documentation: "The size of the largest record batch that is taken, as it is sent.",
  },
  {
    name: "message.timestamp.type",
    broker: "log.message.timestamp.type",
    type: "string",
    choices: ["CreateTime", "LogAppendTime"],
    default: "CreateTime",
    documentation: "Whether a record's time is the producer's or that of its arrival.",
  },
  {
    name: "message.timestamp.before.max.ms",
    broker: "log.message.timestamp.before.max.ms",
    type: "long",
    min: 0,
    default: "9223372036854775807",
    documentation: "How far a producer's time may lie before the broker's.",
  },
  {
    name: "message.timestamp.after.max.ms",
    broker: "log.message.timestamp.after.max.ms",
    type: "long",
    min: 0,
    default: "3600000",
    documentation: "How far a producer's time may lie after the broker's.",
  },
  {
    name: "min.cleanable.dirty.ratio",
    broker: "log.cleaner.min.cleanable.ratio",
    type: "double",
    min: 0,
    max: 1,
    default: "0.5",
    documentation: "The share of a log that compaction hasn't been over, at which it goes over it.",
  },
  {
    name: "min.compaction.lag.ms",
    broker: "log.cleaner.min.compaction.lag.ms",
    type: "long",
    min: 0,
    default: "0",
    documentation: "The age up to which compaction leaves records alone.",
  },
  {
    name: "min.insync.replicas",
    broker: "min.insync.replicas",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "1",
    documentation: "How many copies must be in sync for a write with acks=all to be taken.",
  },
  {
    name: "replication",
    broker: "replication",
    type: "string",
    choices: ["sync", "async"],
    default: "sync",
    documentation:
      "Whether acks=all and consumers wait for synchronous slaves: sync; or for none: async.",
  },
  {
    name: "replication.policy",
    broker: "replication.policy",
    type: "string",
    choices: ["degrade", "refuse"],
    default: "degrade",
    documentation:
      "When a synchronous slave has been out of sync for replica.lag.time.max.ms: degrade goes " +
      "on without it, refuse takes no acks=all until it is back.",
  },
  {
    name: "segment.bytes",
    broker: "log.segment.bytes",
    type: "int",
    min: 64 * 1024,
    max: INT_MAX,
    default: "1073741824",
    documentation:
      "The size at which a log goes on in a new segment file; at most a 32nd of the disk's.",
  },
  {
    name: "segment.ms",
    broker: "log.roll.ms",
    type: "long",
    min: 1,
    default: "604800000",
    documentation: "The age at which a log goes on in a new segment file.",
  },
  {
    name: "retention.bytes",
    broker: "log.retention.bytes",
    type: "long",
    min: -1,
    default: "-1",
    documentation: "A partition's size beyond which its oldest segments are deleted; -1: any.",
  },
  {
    name: "retention.ms",
    broker: "log.retention.ms",
    type: "long",
    min: -1,
    default: "604800000",
    documentation: "The age at which a segment's records are deleted; -1: never.",
  },
  ...IDLE_SETTINGS,
];

/** A topic's settings as values that the broker works with. */
export interface TopicSettings {
  readonly durability: Durability;
  readonly maxMessageBytes: number;
  /** How batches are compressed; null: as their producer did. */
  readonly codec: Codec | null;
  readonly logAppendTime: boolean;
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
  readonly minInsyncReplicas: number;
  readonly replication: "sync" | "async";
  readonly replicationPolicy: "degrade" | "refuse";
  readonly segmentBytes: number;
  readonly segmentMs: number;
  /** How it is compacted, if it is. */
  readonly compaction: CompactionConfig | undefined;
  /** Whether old records are deleted by age and size. */
  readonly deletesOld: boolean;
  /** `UNLIMITED` for no bound. */
  readonly retentionBytes: number;
  readonly retentionMs: number;
}

/**
 * Throws `BrokerError` `invalid-config` for an unknown topic setting, a wrong value, and for
 * settings that contradict each other or the broker's.
 */
export function checkTopicConfig(
  own: ReadonlyMap<string, string>,
  broker: ReadonlyMap<string, string>,
): void {
  for (const [name, value] of own) checkSetting(topicSetting(name), value);
  const entries = topicConfigEntries(own, broker);
  const text = (name: string) => entries.find((entry) => entry.name === name)?.value ?? "";
  const [least, most] = [text("min.compaction.lag.ms"), text("max.compaction.lag.ms")];
  if (numberOf(least) <= numberOf(most)) return;
  const message = `min.compaction.lag.ms (${least}) is more than max.compaction.lag.ms (${most})`;
  throw new BrokerError("invalid-config", message);
}

/** The topic setting `name`; throws `BrokerError` `invalid-config` if there is none. */
export function topicSetting(name: string): TopicSetting {
  const setting = TOPIC_SETTINGS.find((candidate) => candidate.name === name);
  if (setting) return setting;
  const known = TOPIC_SETTINGS.map((candidate) => candidate.name).join(", ");
  throw new BrokerError("invalid-config", `a topic has no setting ${name}; it has ${known}`);
}

/** A topic's settings with their values: its own, else the broker's. */
export function topicConfigEntries(
  own: ReadonlyMap<string, string>,
  broker: ReadonlyMap<string, string>,
): TracedConfigEntry[] {
  return TOPIC_SETTINGS.map((setting) => {
    const { name, type, documentation, default: fallback } = setting;
    const ownValue = own.get(name);
    const synonyms = brokerSynonyms({ name: setting.broker, default: fallback }, broker);
    if (ownValue !== undefined) synonyms.unshift({ name, value: ownValue, source: "topic" });
    const { value = fallback, source = "default" } = synonyms[0] ?? {};
    return { name, value, source, type, readOnly: false, documentation, synonyms };
  });
}

/** The values that a broker setting could have, the one that holds first. */
export function brokerSynonyms(
  { name, default: fallback }: Pick<Setting, "name" | "default">,
  broker: ReadonlyMap<string, string>,
): ConfigSynonym[] {
  const value = broker.get(name);
  const given: ConfigSynonym[] = value === undefined ? [] : [{ name, value, source: "broker" }];
  return [...given, { name, value: fallback, source: "default" }];
}

/** What a topic's own config and the broker's come down to. */
export function topicSettings(
  own: ReadonlyMap<string, string>,
  broker: ReadonlyMap<string, string>,
): TopicSettings {
  const values = new Map(topicConfigEntries(own, broker).map(({ name, value }) => [name, value]));
  const text = (name: string) => values.get(name) ?? "";
  const number = (name: string) => numberOf(text(name));
  const bound = (name: string) => (number(name) < 0 ? UNLIMITED : number(name));
  const policies = listOf(text("cleanup.policy"));
  const maxLagMs = number("max.compaction.lag.ms");
  const compacts = policies.includes("compact");
  return {
    durability: text("durability") === "memory" ? "memory" : "fsync",
    maxMessageBytes: number("max.message.bytes"),
    codec: codecNamed(text("compression.type")),
    logAppendTime: text("message.timestamp.type") === "LogAppendTime",
    timestampBeforeMaxMs: number("message.timestamp.before.max.ms"),
    timestampAfterMaxMs: number("message.timestamp.after.max.ms"),
    minInsyncReplicas: number("min.insync.replicas"),
    replication: text("replication") === "async" ? "async" : "sync",
    replicationPolicy: text("replication.policy") === "refuse" ? "refuse" : "degrade",
    segmentBytes: number("segment.bytes"),
    // A record in the last segment is never compacted, so that one must not grow older than this.
    segmentMs: Math.min(number("segment.ms"), compacts ? maxLagMs : UNLIMITED),
    compaction: !compacts
      ? undefined
      : {
          minDirtyRatio: number("min.cleanable.dirty.ratio"),
          deleteRetentionMs: number("delete.retention.ms"),
          minLagMs: number("min.compaction.lag.ms"),
          maxLagMs,
        },
    deletesOld: policies.includes("delete"),
    retentionBytes: bound("retention.bytes"),
    retentionMs: bound("retention.ms"),
  };
}

function codecNamed(name: string): Codec | null {
  if (name === "uncompressed") return "none";
  return CODECS.find((codec) => codec === name) ?? null;
}
