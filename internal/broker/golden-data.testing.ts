/** A data directory with a little of everything, as brokers leave it when they are killed. */
import { manualClock } from "../platform/testing/manual-clock.ts";
import { type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import { memoryNetwork } from "../platform/testing/memory-network.ts";
import { BatchBuilder, type BatchProducer } from "../record/builder.ts";
import type { Codec } from "../record/layout.ts";
import { seeded } from "../record/samples.testing.ts";
import { DEFAULT_LIMITS, type StorageLimits } from "../storage/limits.ts";
import type { LocalBroker } from "./local-broker.ts";
import { openBroker } from "./open-broker.ts";

const KIB = 1024;
const DATA = "/data";

/** So small that the directory may lie beside the source. */
const LIMITS: StorageLimits = {
  ...DEFAULT_LIMITS,
  directBytes: { fsync: 1 * KIB, memory: 1 * KIB },
  firstJournalFileBytes: 8 * KIB,
  journalFileBytes: 64 * KIB,
  reserveBytes: 4 * KIB,
  zeroFillBytes: 8 * KIB,
  prepareSpareAtBytes: 64 * KIB,
};

/** A record as it was sent. */
export interface GoldenRecord {
  readonly offset: number;
  readonly key: string;
  readonly value: string;
}

/** What is in `orders-0`, each with what it is there for. */
export const GOLDEN_RECORDS: readonly GoldenRecord[] = [
  { offset: 0, key: "segment", value: "in a segment, before the checkpoint" },
  { offset: 1, key: "direct", value: "x".repeat(5000) },
  { offset: 2, key: "zstd", value: "compressed ".repeat(20) },
  { offset: 3, key: "journal", value: "in the journal, behind the checkpoint" },
  { offset: 4, key: "placed", value: "y".repeat(1500) },
];

/** The group that has read `orders-0` so far, what it has said with that, and before the end. */
export const GOLDEN_GROUP = { groupId: "readers", offset: 4, metadata: "so far" };
/** A setting of `orders`. */
export const GOLDEN_CONFIG = ["retention.ms", "123456789"] as const;

/** Opens a broker on what `disk` has in `/data`. */
export function openOn(disk: MemoryDisk): Promise<LocalBroker> {
  const clock = manualClock();
  const draw = seeded(1);
  const random = {
    below: (bound: number) => Math.floor(draw() * bound),
    bytes: (count: number) => Uint8Array.from({ length: count }, () => draw() * 256),
  };
  return openBroker(
    { clock, disk, random, network: memoryNetwork(clock) },
    {
      dataDirectory: DATA,
      version: "0.1.0",
      advertised: { host: "broker-1", port: 9092 },
      config: new Map([["offsets.topic.num.partitions", "1"]]),
      log: { info() {}, warn() {}, error() {} },
      storageLimits: LIMITS,
    },
  );
}

/** The files of such a directory, by their paths in it, as this Weir writes them. */
export async function goldenFiles(): Promise<Map<string, Uint8Array>> {
  const disk = memoryDisk();
  const first = await openOn(disk);
  await first.serve();
  const config = new Map([GOLDEN_CONFIG]);
  const replicationFactor = null;
  const asked = { partitionCount: 1, replicationFactor, config, validateOnly: false };
  await first.createTopic({ name: "orders", ...asked });
  const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0, transactional: false };
  await produce(first, 0, "none", producer);
  await produce(first, 1, "none");
  await produce(first, 2, "zstd");
  await first.close();
  const second = await openOn(disk);
  await second.serve();
  await produce(second, 3, "none");
  await produce(second, 4, "none");
  const { groupId, offset, metadata } = GOLDEN_GROUP;
  const partitions = [{ partition: 0, offset, leaderEpoch: 0, metadata }];
  const topics = [{ topic: "orders", partitions }];
  const claim = { groupId, memberId: "", groupInstanceId: null, generation: -1 };
  await second.groups.commitOffsets({ ...claim, retentionMs: null, topics });
  const left = disk.afterCrash("kill").files();
  await second.close();
  return new Map([...left].map(([path, bytes]) => [path.slice(DATA.length + 1), bytes]));
}

async function produce(
  broker: LocalBroker,
  index: number,
  codec: Codec,
  producer?: BatchProducer,
): Promise<void> {
  const { key, value } = GOLDEN_RECORDS[index] ?? { key: "", value: "" };
  const builder = new BatchBuilder();
  const [keyBytes, valueBytes] = [key, value].map((text) => new TextEncoder().encode(text));
  const record = { key: keyBytes ?? null, value: valueBytes ?? null, headers: [] };
  builder.append({ timestampMs: 1_700_000_000_000 + index, ...record });
  const buffer = builder.build(codec, producer);
  const place = { topic: "orders", partition: 0, buffer, from: 0, to: buffer.length };
  await broker.produce({ ...place, acks: -1 });
}
