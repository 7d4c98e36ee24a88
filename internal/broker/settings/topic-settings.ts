import { CODECS, type Codec } from "../../record/layout.ts";
import type { CompactionConfig } from "../../storage/partition-log.ts";
import type { ConfigSynonym, Durability, TracedConfigEntry } from "../api.ts";
import { BrokerError } from "../errors.ts";
import {
  checkedValue,
  listOf,
  numberOf,
  type Setting,
  type TopicSetting,
  UNLIMITED,
} from "./setting.ts";
import { TOPIC_SETTINGS } from "./topic-setting-table.ts";

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
  /** Whether a copy that isn't in sync may lead where no other one is there. */
  readonly uncleanElection: boolean;
}

/**
 * A topic's own settings as they are to be kept. Throws `BrokerError` `invalid-config` for an
 * unknown one, a wrong value, and for settings that contradict each other or the broker's.
 */
export function checkedTopicConfig(
  given: ReadonlyMap<string, string>,
  broker: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  for (const [name, value] of given) own.set(name, checkedValue(topicSetting(name), value));
  const text = (name: string) => textOf(topicSetting(name), own, broker);
  const [least, most] = [text("min.compaction.lag.ms"), text("max.compaction.lag.ms")];
  if (numberOf(least) <= numberOf(most)) return own;
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
  const text = (name: string) => textOf(topicSetting(name), own, broker);
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
    uncleanElection: text("unclean.leader.election.enable") === "true",
  };
}

/** The text that holds of a setting. */
function textOf(
  { name, broker: brokerName, default: fallback }: TopicSetting,
  own: ReadonlyMap<string, string>,
  broker: ReadonlyMap<string, string>,
): string {
  return own.get(name) ?? broker.get(brokerName) ?? fallback;
}

function codecNamed(name: string): Codec | null {
  if (name === "uncompressed") return "none";
  return CODECS.find((codec) => codec === name) ?? null;
}
