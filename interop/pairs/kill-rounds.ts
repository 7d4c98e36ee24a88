import { rmSync } from "node:fs";
import path from "node:path";
import { type EndlessLoad, endlessClients, produceEndlessly } from "../faults/endless-producer.ts";
import { addressOf, end, type Member, restart, weir } from "../faults/member.ts";
import { brokenPromises } from "../faults/promises.ts";
import { readLogs } from "../faults/read-log.ts";
import { followed, promote, type RunningPair, startPair, stopPair } from "./pair.ts";
import { differences } from "./segments.ts";

const ROUNDS_PER_SERIES = 10;
const TOPIC = "acked";
const MAX_LOAD_MS = 500;

/** Clients that ride through each series, and how fast they are to send: as fast as they can. */
const LOADS: readonly { readonly name: string; readonly load: EndlessLoad }[] = [
  { name: "librdkafka, 1 partition", load: loadOf("librdkafka", 1, [100], 1e6) },
  { name: "librdkafka, 100 partitions", load: loadOf("librdkafka", 100, [100], 1e6) },
  { name: "Java, 3 partitions", load: loadOf("java", 3, [1000], 30_000) },
  { name: "librdkafka, large batches", load: loadOf("librdkafka", 3, [50_000, 100], 300) },
  { name: "kafkajs, 3 partitions", load: loadOf("kafkajs", 3, [1000], 10_000) },
];

function loadOf(
  client: EndlessLoad["client"],
  partitions: number,
  recordBytes: readonly number[],
  recordsPerSecond: number,
): EndlessLoad {
  return { client, partitions, recordBytes, recordsPerSecond, idempotent: true };
}

/**
 * Kills the master under load with a synchronous slave, again and again: the slave is promoted, the
 * old master comes back and follows, and gets the lead back. Producers are never restarted.
 * Resolves with what was broken, in words.
 */
export async function killRounds(
  directory: string,
  rounds: number,
  tell: (text: string) => void,
): Promise<string[]> {
  const broken: string[] = [];
  const usable = LOADS.filter(({ load }) => endlessClients[load.client].isInstalled);
  for (let done = 0, turn = 0; done < rounds; turn++) {
    const series = usable[turn % usable.length];
    if (series === undefined) throw new Error("no client is there: run interop/install.sh");
    const count = Math.min(ROUNDS_PER_SERIES, rounds - done);
    const home = path.join(directory, `kill-${turn}`);
    const found = await runSeries(home, series.load, count);
    const { ackedCount, pausesMs, switchesMs } = found;
    tell(
      `rounds ${done + 1}-${done + count}: ${series.name}: ${ackedCount} acked; ` +
        `no acks for ${middle(pausesMs)} ms (kill and promotion), ` +
        `${middle(switchesMs)} ms (switch); ${found.broken.length} promises broken`,
    );
    for (const each of found.broken.slice(0, 10)) tell(`  ${each}`);
    broken.push(...found.broken);
    if (found.broken.length === 0) rmSync(home, { recursive: true });
    done += count;
  }
  return broken;
}

async function runSeries(home: string, load: EndlessLoad, rounds: number) {
  const pair = await startPair(home, {}, { name: TOPIC, partitions: load.partitions });
  const producer = produceEndlessly(pair.bootstrap, TOPIC, load);
  const pausesMs: number[] = [];
  const switchesMs: number[] = [];
  const broken: string[] = [];
  const goesOn = async (pauses: number[], change: () => Promise<unknown>) => {
    const began = performance.now();
    await change();
    await producer.ackedMoreThan(producer.ackedCount);
    pauses.push(performance.now() - began);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      await producer.ackedMoreThan(producer.ackedCount);
      await Bun.sleep(Math.random() * MAX_LOAD_MS);
      await goesOn(pausesMs, async () => {
        await end(pair.one, "SIGKILL");
        const { was_in_sync: wasInSync } = await promote(pair.two);
        if (!wasInSync) broken.push(`round ${round}: the slave wasn't in sync`);
      });
      await restart(pair.one);
      await followed(pair.two);
      await goesOn(switchesMs, () => weir(pair.two, ["switch"]));
      await followed(pair.one);
    }
    await producer.finish();
    broken.push(...(await brokenAtEnd(pair, pair.one, load, producer.acked)));
  } finally {
    producer.kill();
    await stopPair(pair);
  }
  const { one, two } = pair;
  broken.push(...differences(one.options.data, two.options.data, TOPIC, load.partitions));
  return { broken, ackedCount: producer.ackedCount, pausesMs, switchesMs };
}

type Acked = ReturnType<typeof produceEndlessly>["acked"];

/** What the master lacks of what was acked. */
async function brokenAtEnd(
  _: RunningPair,
  master: Member,
  { partitions, idempotent }: EndlessLoad,
  acked: Acked,
): Promise<string[]> {
  const logs = await readLogs(addressOf(master), TOPIC, partitions);
  return acked.flatMap((records, partition) =>
    brokenPromises(logs[partition] ?? [], records, !idempotent).map(
      (each) => `partition ${partition}: ${each}`,
    ),
  );
}

function middle(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(0);
}
