import { GROUP_SETTINGS } from "./group-settings.ts";
import { INT_MAX, type Setting } from "./setting.ts";
import { TOPIC_SETTINGS } from "./topic-setting-table.ts";

/** The settings of a broker that aren't the defaults of topics. */
const OWN_SETTINGS: readonly Setting[] = [
  {
    name: "broker.id",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "1",
    documentation:
      "The number of this broker among those of its cluster. Unless it is set, the one that it " +
      "has found when it was first started.",
  },
  {
    name: "broker.rack",
    type: "string",
    default: "",
    documentation: "Where this broker stands, as clients are told; empty: nowhere in particular.",
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
    documentation:
      "How many copies a topic gets when nothing is said about it. Unless it is set, 3 in a " +
      "cluster, or as many as there are brokers; in a pair both brokers have one.",
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
    default: "134217728",
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
    name: "connections.max.idle.ms",
    type: "long",
    min: -1,
    default: "600000",
    documentation:
      "After how long Kafka clients that say and wait for nothing are disconnected; -1: never.",
  },
  {
    name: "max.connections",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "10000",
    documentation: "How many connections may be open; further ones are told so, and closed.",
  },
  {
    name: "metrics.partitions.enable",
    type: "boolean",
    default: "false",
    documentation: "Whether /metrics has series for each partition, and not only for topics.",
  },
  {
    name: "metrics.series.max",
    type: "int",
    min: 100,
    max: 1_000_000,
    default: "20000",
    documentation:
      "How many series of topics, groups and partitions /metrics has; what is left out is counted.",
  },
  {
    name: "producer.id.expiration.ms",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "86400000",
    documentation:
      "How long a partition remembers an idempotent producer, so that it knows its batches again.",
  },
  {
    name: "socket.request.max.bytes",
    type: "int",
    min: 1024,
    max: INT_MAX,
    default: "104857600",
    documentation:
      "The size of the largest request that is taken from a Kafka client; a larger one ends its " +
      "connection.",
  },
  {
    name: "cluster.lease.ms",
    type: "long",
    min: 2000,
    max: INT_MAX,
    default: "2000",
    documentation: "How long a broker of a cluster may be silent before others lead in its place.",
  },
  {
    name: "fetch.max.bytes",
    type: "int",
    min: 1024,
    max: INT_MAX,
    default: "57671680",
    documentation:
      "The most records that one fetch is answered with, but for a single large batch.",
  },
  {
    name: "max.incremental.fetch.session.cache.slots",
    type: "int",
    min: 0,
    max: INT_MAX,
    default: "1000",
    documentation: "How many fetch sessions are kept.",
  },
  {
    name: "max.request.partition.size.limit",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "2000",
    documentation: "How many partitions one page of DescribeTopicPartitions has at the most.",
  },
  {
    name: "replica.lag.time.max.ms",
    type: "long",
    min: 100,
    max: INT_MAX,
    default: "10000",
    documentation: "How long a slave may not have caught up before it falls out of the ISR.",
  },
  {
    name: "replication.fence.after.ms",
    type: "long",
    min: 0,
    max: INT_MAX,
    default: "0",
    documentation:
      "A master that hasn't heard a synchronous slave for so long takes no records; 0: it goes on.",
  },
  {
    name: "storage.min.free.bytes",
    type: "long",
    min: 0,
    default: "50331648",
    documentation:
      "Records are refused while the data directory's disk has less free space. Unless it is " +
      "set, an eighth of a disk that is smaller than 384 MiB.",
  },
  {
    name: "storage.max.open.files",
    type: "int",
    min: 16,
    max: INT_MAX,
    default: "4096",
    documentation: "How many segment files may be open; the least recently used ones are closed.",
  },
  {
    name: "storage.scrub.bytes.per.second",
    type: "long",
    min: 0,
    default: "8388608",
    documentation:
      "How much of what is stored is read again a second, to find damage early; 0: nothing is.",
  },
  {
    name: "storage.scrub.interval.ms",
    type: "long",
    min: 1,
    default: "604800000",
    documentation: "The time from when everything begins to be read again to the next such round.",
  },
];

/** All settings that a broker takes. */
export const BROKER_SETTINGS: readonly Setting[] = [
  ...OWN_SETTINGS,
  ...GROUP_SETTINGS,
  ...TOPIC_SETTINGS.map((setting) => ({ ...setting, name: setting.broker })),
];
