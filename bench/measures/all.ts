import { type Limits, type Load, loads } from "../loads.ts";
import type { SystemId } from "../systems/all.ts";
import type { Measure, Values } from "./measure.ts";

const KAFKAS = ["kafka", "kafka-synced"] as const satisfies SystemId[];
const ALL: readonly SystemId[] = [
  ...(["weir-fsync", "weir-memory", "c", "c-files", "c-journal"] as const),
  ...KAFKAS,
];
const READERS: readonly SystemId[] = ["weir-fsync", "c", "kafka"];
const DURABLE: readonly SystemId[] = ["weir-fsync", "c-journal", "kafka"];

const KIB: Values = { count: 400_000, bytes: 1024, sameness: 100 };
const SMALL: Values = { count: 3_000_000, bytes: 100, sameness: 100 };
const TEXT: Values = { count: 400_000, bytes: 1024, sameness: 70 };
const SHORT: Limits = { seconds: 2, bytes: 400e6 };
const ACKED = ["acks=1", "linger.ms=5", "batch.size=1000000"];
const COPIED = ["acks=all", "linger.ms=5", "batch.size=1000000"];

const base = { place: "disk" } as const;

function produce(title: string, values: Values, settings: readonly string[] = ACKED): Measure {
  const work = { kind: "produce", values, settings } as const;
  const main = values.bytes >= 1000 ? "mbPerSecond" : "recordsPerSecond";
  return { ...base, title, main, systems: ALL, work };
}

function consume(title: string, values: Values): Measure {
  const work = { kind: "consume", values, settings: [] } as const;
  const main = values.bytes >= 1000 ? "mbPerSecond" : "recordsPerSecond";
  return { ...base, title, main, systems: READERS, work };
}

function load(title: string, given: Load, limits: Limits = SHORT): Measure {
  const main = given.unit === "MB/s" ? "mbPerSecond" : "acksPerSecond";
  return { ...base, title, main, systems: ALL, work: { kind: "load", load: given, limits } };
}

function overPartitions(partitions: number): Measure {
  const title = `100 connections x 1 record of 100 B, durable, over ${partitions} partitions`;
  return { ...load(title, { ...loads.small, partitions }), systems: DURABLE };
}

function overPartitionsInMemory(partitions: number): Measure {
  const title = `The same on tmpfs, over ${partitions} partitions`;
  const systems = ["weir-memory", "weir-fsync", "c", "kafka"] as const;
  return { ...load(title, { ...loads.small, partitions }), systems, place: "tmpfs" };
}

function latency(ratePerSecond: number, besideBytesPerSecond: number): Measure {
  const beside = besideBytesPerSecond > 0 ? ` under ${besideBytesPerSecond / 1e6} MB/s` : "";
  return {
    ...base,
    title: `End to end, ${ratePerSecond} records of 1 KiB a second${beside}`,
    main: "p99Ms",
    systems: ["weir-fsync", "weir-memory", "c", "c-journal", "kafka"],
    work: { kind: "latency", ratePerSecond, recordBytes: 1024, seconds: 5, besideBytesPerSecond },
  };
}

function kafkaTool(title: string, tool: "ProducerPerformance" | "ConsumerPerformance"): Measure {
  const work = { kind: "kafka-tool", tool, values: KIB } as const;
  return {
    ...base,
    title,
    main: "mbPerSecond",
    systems: ["weir-fsync", "weir-memory", ...KAFKAS],
    work,
  };
}

const RABBITMQ = ["rabbitmq-classic", "rabbitmq-quorum"] as const satisfies SystemId[];
const OTHERS: readonly SystemId[] = [
  ...(["weir-fsync", "weir-memory", "kafka", "kafka-synced", "nats", "nats-synced"] as const),
  ...(["rocketmq", "rocketmq-synced", ...RABBITMQ] as const),
];
/** As many as the slowest sends in some seconds. */
const SOME: Values = { count: 60_000, bytes: 1024, sameness: 100 };
const OWN_CLIENT =
  "Each system has its own client: librdkafka, NATS's library for Go, RocketMQ's and RabbitMQ's " +
  "for Java, which do all once before it counts. One partition, stream or queue.";

const PAIR: readonly SystemId[] = ["weir-fsync", "weir-pair-sync", "weir-pair-async"];
const CLUSTER: readonly SystemId[] = ["weir-fsync", "weir-pair-sync", "weir-cluster"];
const single: Load = { ...loads.small, connections: 1, title: "1 connection" };

/** What `npm run bench` measures, in the order of the page. */
export const measures = {
  "produce-1k": produce("Produce 1 KiB, librdkafka, acks=1", KIB),
  "produce-100": produce("Produce 100 B, librdkafka, acks=1", SMALL),
  "produce-lz4": produce("Produce 1 KiB that lz4 halves, librdkafka, acks=1", TEXT, [
    ...ACKED,
    "compression.type=lz4",
  ]),
  batches: load("1 MB batches, raw, 1 connection, 5 in flight", loads.batches),
  "catch-up-1k": consume("Catch-up consume, 1 KiB, librdkafka", KIB),
  "catch-up-100": consume("Catch-up consume, 100 B, librdkafka", SMALL),
  both: {
    ...produce("Produce and consume (tailing) at once, 1 KiB, librdkafka", KIB),
    work: { kind: "both", values: KIB, settings: ACKED },
  },
  "connections-1": load("1 connection x 1 record of 100 B, each waiting for its ack", single),
  "connections-100": load("100 connections x 1 record of 100 B", loads.small),
  "connections-1000": load("1000 connections x 1 record of 100 B", {
    ...loads.small,
    connections: 1000,
  }),
  "partitions-1": overPartitions(1),
  "partitions-100": overPartitions(100),
  "partitions-1000": overPartitions(1000),
  "partitions-10000": { ...overPartitions(10_000), systems: ["weir-fsync", "c-journal"] },
  "tmpfs-1": overPartitionsInMemory(1),
  "tmpfs-100": overPartitionsInMemory(100),
  "tmpfs-1000": overPartitionsInMemory(1000),
  "latency-2k": latency(2000, 0),
  "latency-20k": latency(20_000, 0),
  "latency-2k-beside": latency(2000, 200e6),
  "latency-20k-beside": latency(20_000, 200e6),
  "java-produce": kafkaTool("Produce 1 KiB, Kafka's ProducerPerformance", "ProducerPerformance"),
  "java-consume": kafkaTool("Consume 1 KiB, Kafka's ConsumerPerformance", "ConsumerPerformance"),
  "java-latency": {
    ...base,
    title: "One record at a time, Kafka's EndToEndLatency, acks=all",
    main: "meanMs",
    systems: ["weir-fsync", "weir-memory", ...KAFKAS],
    work: {
      kind: "kafka-tool",
      tool: "EndToEndLatency",
      values: { count: 5000, bytes: 100, sameness: 100 },
    },
  },
  "others-waiting": {
    ...load("100 producers x 1 record of 1 KiB, each waiting for its ack", {
      ...loads.small,
      recordBytes: 1024,
    }),
    note:
      "Kafka's protocol by the raw load generator, others by their own client, each producer on " +
      "a connection of its own; RocketMQ's share one, as in its own benchmark.",
    systems: OTHERS,
  },
  "others-produce": {
    ...produce("Produce 1 KiB, 60,000 of them, each system's own client", SOME),
    note: OWN_CLIENT,
    main: "recordsPerSecond",
    systems: OTHERS,
  },
  "others-catch-up": {
    ...consume("Catch-up consume, 1 KiB, each system's own client", SOME),
    note: OWN_CLIENT,
    main: "recordsPerSecond",
    systems: ["weir-fsync", "kafka", "nats", "rocketmq", ...RABBITMQ],
  },
  "others-latency-2k": {
    ...latency(2000, 0),
    title: "End to end, 2000 records of 1 KiB a second, each system's own client",
    note: OWN_CLIENT,
    systems: OTHERS,
  },
  "pair-batches": { ...load("A pair, 1 MB batches, raw, acks=all", loads.batches), systems: PAIR },
  "pair-100": {
    ...load("A pair, 100 connections x 1 record of 100 B, acks=all", loads.small),
    systems: PAIR,
  },
  "pair-1": {
    ...load("A pair, 1 connection x 1 record of 100 B, acks=all", single),
    systems: PAIR,
  },
  cluster: {
    ...produce("Three brokers, 3 copies, 1 KiB, librdkafka, acks=all", SOME, COPIED),
    systems: CLUSTER,
  },
  start: {
    ...base,
    title: "Start on an empty directory, then nothing",
    main: "startMs",
    note: "A client's own start isn't in it.",
    systems: [...ALL, "nats", "rocketmq", ...RABBITMQ],
    work: { kind: "start" },
  },
  "restart-2gb": {
    ...base,
    title: "Started again with 2 GB stored",
    main: "afterKillMs",
    systems: ["weir-fsync", "kafka"],
    work: { kind: "restart", storedBytes: 2e9 },
  },
  topics: {
    ...base,
    title: "10 topics x 1000 partitions: created, written to, started again",
    main: "createSeconds",
    systems: ["weir-fsync"],
    work: { kind: "topics", topics: 10, partitions: 1000 },
  },
  "topics-tmpfs": {
    title: "The same on tmpfs",
    main: "createSeconds",
    place: "tmpfs",
    systems: ["weir-fsync", "kafka"],
    work: { kind: "topics", topics: 10, partitions: 1000 },
  },
} as const satisfies Record<string, Measure>;

export type MeasureId = keyof typeof measures;
