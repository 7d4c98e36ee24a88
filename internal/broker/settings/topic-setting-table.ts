import { IDLE_SETTINGS } from "./idle-settings.ts";
import { INT_MAX, type TopicSetting } from "./setting.ts";

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
  {
    name: "unclean.leader.election.enable",
    broker: "unclean.leader.election.enable",
    type: "boolean",
    default: "false",
    documentation:
      "In a cluster: whether a copy that isn't in sync may lead where no other one is there, " +
      "which loses records.",
  },
  ...IDLE_SETTINGS,
];
