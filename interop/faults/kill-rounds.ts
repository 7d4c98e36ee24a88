import { rmSync } from "node:fs";
import path from "node:path";
import { output } from "../command.ts";
import { executable, startWeir, type Weir, type WeirOptions } from "../weir.ts";
import {
  type EndlessLoad,
  type EndlessProducer,
  endlessClients,
  produceEndlessly,
} from "./endless-producer.ts";
import { brokenPromises } from "./promises.ts";
import { readLogs } from "./read-log.ts";
import { brokenTopics, churnTopics, type TopicChurn } from "./topic-churn.ts";

/** One broker and one producer that live through several kills. */
interface Series {
  readonly name: string;
  readonly load: EndlessLoad;
  readonly durability?: "fsync" | "memory";
  readonly settings?: Readonly<Record<string, string>>;
}

const librdkafka = { client: "librdkafka", idempotent: true } as const;
const kafkajs = { client: "kafkajs", idempotent: true } as const;

const allSeries: readonly Series[] = [
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
];

/** How often the broker of one series is killed. */
const ROUNDS_PER_SERIES = 10;
const MIN_LOAD_MS = 20;
const MAX_LOAD_MS = 500;
const TOPIC = "acked";

/** What went wrong, in words, and what was seen. */
interface SeriesFindings {
  readonly broken: readonly string[];
  readonly ackedCount: number;
  readonly slowestRestartMs: number;
}

/**
 * Kills brokers under load, and holds each restarted one against what was acked before. Resolves
 * with what was broken, in words, and leaves the files of those brokers.
 */
export async function killRounds(
  directory: string,
  rounds: number,
  tell: (text: string) => void,
): Promise<string[]> {
  const broken: string[] = [];
  const usable = allSeries.filter(({ load }) => endlessClients[load.client].isInstalled);
  for (let done = 0, turn = 0; done < rounds; turn++) {
    const series = usable[turn % usable.length];
    if (series === undefined) throw new Error("no client is there: run interop/install.sh");
    const count = Math.min(ROUNDS_PER_SERIES, rounds - done);
    const home = path.join(directory, `series-${turn}`);
    const found = await runSeries(series, home, count);
    const { ackedCount, slowestRestartMs } = found;
    tell(
      `rounds ${done + 1}-${done + count}: ${series.name}: ${ackedCount} acked, ready again in ` +
        `${slowestRestartMs.toFixed(0)} ms at most, ${found.broken.length} promises broken`,
    );
    for (const each of found.broken.slice(0, 10)) tell(`  ${each}`);
    broken.push(...found.broken);
    if (found.broken.length === 0) rmSync(home, { recursive: true });
    done += count;
  }
  return broken;
}

async function runSeries(
  { load, durability = "fsync", settings = {} }: Series,
  home: string,
  rounds: number,
): Promise<SeriesFindings> {
  const data = path.join(home, "data");
  let broker = await startWeir({ data, durability, settings });
  const { address, port } = broker;
  const options: WeirOptions = { data, port, durability, settings };
  const create = ["topic", "create", TOPIC, "-p", String(load.partitions), "--broker", address];
  await output([executable, ...create]);
  const producer = produceEndlessly(address, TOPIC, load);
  const churn = churnTopics(address);
  const broken: string[] = [];
  let slowestRestartMs = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      await producer.ackedMoreThan(producer.ackedCount);
      await Bun.sleep(MIN_LOAD_MS + Math.random() * (MAX_LOAD_MS - MIN_LOAD_MS));
      await broker.end("SIGKILL");
      broker = await startWeir(options);
      slowestRestartMs = Math.max(slowestRestartMs, broker.readyMs);
      broken.push(...(await brokenNow(broker, producer, churn, load)));
    }
    await producer.finish();
    await churn.stop();
    broken.push(...(await brokenNow(broker, producer, churn, load)));
  } finally {
    producer.kill();
    await churn.stop();
    await broker.end("SIGTERM");
  }
  return { broken, ackedCount: producer.ackedCount, slowestRestartMs };
}

/** What the broker lacks of what was acked up to now; the producer goes on meanwhile. */
async function brokenNow(
  { address }: Weir,
  producer: EndlessProducer,
  churn: TopicChurn,
  { partitions, idempotent }: EndlessLoad,
): Promise<string[]> {
  const acked = producer.acked.map((records) => [...records]);
  const logs = await readLogs(address, TOPIC, partitions);
  const broken = acked.flatMap((records, partition) =>
    brokenPromises(logs[partition] ?? [], records, !idempotent).map(
      (each) => `partition ${partition}: ${each}`,
    ),
  );
  return [...broken, ...(await brokenTopics(address, churn))];
}
