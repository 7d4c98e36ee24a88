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
import type { Machine } from "./machine.ts";
import { brokenPromises } from "./promises.ts";
import { readLogs } from "./read-log.ts";
import { allSeries, type Series } from "./series.ts";
import { brokenTopics, churnTopics, type TopicChurn } from "./topic-churn.ts";

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

/** One kind of rounds. */
export interface Rounds {
  readonly count: number;
  /** Makes what each series runs on, in a folder of its own. */
  readonly machine: (home: string) => Promise<Machine>;
  /** The loads that such a machine promises something for. */
  readonly bears: (series: Series) => boolean;
}

/**
 * Has brokers fail under load, and holds each restarted one against what was acked before.
 * Resolves with what was broken, in words, and leaves the files of those brokers.
 */
export async function failRounds(
  directory: string,
  { count: rounds, machine, bears }: Rounds,
  tell: (text: string) => void,
): Promise<string[]> {
  const broken: string[] = [];
  const usable = allSeries.filter(
    (series) => bears(series) && endlessClients[series.load.client].isInstalled,
  );
  for (let done = 0, turn = 0; done < rounds; turn++) {
    const series = usable[turn % usable.length];
    if (series === undefined) throw new Error("no client is there: run interop/install.sh");
    const count = Math.min(ROUNDS_PER_SERIES, rounds - done);
    const home = path.join(directory, `series-${turn}`);
    const found = await runSeries(series, home, count, machine);
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
  makeMachine: (home: string) => Promise<Machine>,
): Promise<SeriesFindings> {
  await using machine = await makeMachine(home);
  const { data } = machine;
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
      await machine.fail(broker);
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
