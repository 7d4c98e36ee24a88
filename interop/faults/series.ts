import type { EndlessLoad } from "./endless-producer.ts";

/** One broker and one producer that live through several kills. */
export interface Series {
  readonly name: string;
  readonly load: EndlessLoad;
  readonly durability?: "fsync" | "memory";
  readonly settings?: Readonly<Record<string, string>>;
}

const librdkafka = { client: "librdkafka", idempotent: true } as const;
const kafkajs = { client: "kafkajs", idempotent: true } as const;

/** What brokers are made to bear; the first ones also where there are few rounds. */
export const allSeries: readonly Series[] = [
  {
    name: "small batches, 1 partition",
    load: { ...librdkafka, partitions: 1, recordBytes: [100], recordsPerSecond: 20_000 },
  },
  {
    name: "small batches, 100 partitions, segments of 1 MiB",
    load: { ...librdkafka, partitions: 100, recordBytes: [100], recordsPerSecond: 20_000 },
    settings: { "log.segment.bytes": String(2 ** 20) },
  },
  {
    name: "small batches, 1000 partitions",
    load: { ...librdkafka, partitions: 1000, recordBytes: [100], recordsPerSecond: 20_000 },
  },
  {
    name: "large batches, 1 partition",
    load: { ...librdkafka, partitions: 1, recordBytes: [50_000], recordsPerSecond: 800 },
  },
  {
    name: "small and large batches, 7 partitions, segments of 1 MiB",
    load: {
      ...librdkafka,
      partitions: 7,
      recordBytes: [100, 100, 100, 90_000, 10],
      recordsPerSecond: 1500,
    },
    settings: { "log.segment.bytes": String(2 ** 20) },
  },
  {
    name: "large batches, 1000 partitions",
    load: { ...librdkafka, partitions: 1000, recordBytes: [70_000], recordsPerSecond: 500 },
  },
  {
    name: "kafkajs, 3 partitions",
    load: { ...kafkajs, partitions: 3, recordBytes: [1000], recordsPerSecond: 3000 },
  },
  {
    name: "not idempotent, 10 partitions",
    load: {
      ...librdkafka,
      idempotent: false,
      partitions: 10,
      recordBytes: [100, 2000],
      recordsPerSecond: 10_000,
    },
  },
  {
    name: "durability=memory, 10 partitions",
    load: { ...librdkafka, partitions: 10, recordBytes: [100], recordsPerSecond: 20_000 },
    durability: "memory",
  },
  {
    name: "durability=memory, large batches, 1 partition",
    load: { ...librdkafka, partitions: 1, recordBytes: [50_000], recordsPerSecond: 800 },
    durability: "memory",
  },
  {
    name: "durability=memory, 1000 partitions",
    load: { ...librdkafka, partitions: 1000, recordBytes: [100, 5000], recordsPerSecond: 10_000 },
    durability: "memory",
  },
];
