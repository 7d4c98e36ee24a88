import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { output } from "../command.ts";
import { endlessClients, produceEndlessly } from "../faults/endless-producer.ts";
import { addressOf, end, type Member, restart, weir } from "../faults/member.ts";
import type { AckedRecord, NumberedRecord } from "../faults/promises.ts";
import { readLogs } from "../faults/read-log.ts";
import { executable } from "../weir.ts";
import { followed, promote, startPair, stopPair } from "./pair.ts";
import { differences } from "./segments.ts";

const TOPIC = "acked";
const PARTITIONS = 3;
const ROUNDS_PER_SERIES = 10;
const MAX_LOAD_MS = 500;

/** Not idempotent: a sequence can't go on where records are gone that the producer had acks for. */
const LOAD = {
  client: "librdkafka",
  partitions: PARTITIONS,
  recordBytes: [2000],
  recordsPerSecond: 50_000,
  idempotent: false,
} as const;

/**
 * Kills the master under load with an asynchronous slave. What was acked and is lost has to be what
 * the promotion announced, which is what the old master cuts and keeps when it comes back.
 */
export async function asyncRounds(
  directory: string,
  rounds: number,
  tell: (text: string) => void,
): Promise<string[]> {
  const broken: string[] = [];
  if (!endlessClients.librdkafka.isInstalled) throw new Error("run interop/install.sh");
  for (let done = 0; done < rounds; done += ROUNDS_PER_SERIES) {
    const count = Math.min(ROUNDS_PER_SERIES, rounds - done);
    const home = path.join(directory, `async-${done}`);
    const found = await runSeries(home, count);
    const { ackedCount, lostCount } = found;
    tell(
      `rounds ${done + 1}-${done + count}: async: ${ackedCount} acked, ${lostCount} lost and ` +
        `announced; ${found.broken.length} promises broken`,
    );
    for (const each of found.broken.slice(0, 10)) tell(`  ${each}`);
    broken.push(...found.broken);
    if (found.broken.length === 0) rmSync(home, { recursive: true });
  }
  return broken;
}

async function runSeries(home: string, rounds: number) {
  const topic = { name: TOPIC, partitions: PARTITIONS };
  const pair = await startPair(home, { replication: "async" }, topic);
  const { one, two } = pair;
  const producer = produceEndlessly(pair.bootstrap, TOPIC, LOAD);
  const announced: Announced[] = [];
  const broken: string[] = [];
  let logs: NumberedRecord[][];
  try {
    for (let round = 0; round < rounds; round++) {
      await producer.ackedMoreThan(producer.ackedCount);
      await Bun.sleep(Math.random() * MAX_LOAD_MS);
      // A slave that stands still for a moment falls behind.
      if (two.broker) process.kill(two.broker.pid, "SIGSTOP");
      await Bun.sleep(Math.random() * MAX_LOAD_MS);
      await end(one, "SIGKILL");
      if (two.broker) process.kill(two.broker.pid, "SIGCONT");
      const { missing } = await promote(two);
      for (const { log, end_offset: from } of missing) announced.push({ log, from });
      await producer.ackedMoreThan(producer.ackedCount);
      await restart(one);
      await followed(two);
      await weir(two, ["switch"]);
      await followed(one);
    }
    await producer.finish();
    logs = await readLogs(addressOf(one), TOPIC, PARTITIONS);
  } finally {
    producer.kill();
    await stopPair(pair);
  }
  const cut = await cutRecords(one);
  const lost = producer.acked.map((records, partition) => {
    const log = logs[partition] ?? [];
    const there = new Set(log.map(({ sequence }) => sequence));
    return records.filter(({ offset, sequence }) => {
      return offset === null ? !there.has(sequence) : log[offset]?.sequence !== sequence;
    });
  });
  broken.push(...unannounced(lost, cut, announced));
  broken.push(...differences(one.options.data, two.options.data, TOPIC, PARTITIONS));
  const lostCount = lost.reduce((sum, { length }) => sum + length, 0);
  return { broken, ackedCount: producer.ackedCount, lostCount };
}

/** A promotion said that what the master had taken of this log from this offset on is lost. */
interface Announced {
  readonly log: string;
  readonly from: number;
}

/** What a file has that a returning master cut off a log. */
interface CutFile {
  readonly log: string;
  readonly records: readonly NumberedRecord[];
}

/** The records that a broker has cut off its logs, as `weir log dump` shows them. */
async function cutRecords({ options: { data } }: Member): Promise<CutFile[]> {
  const folder = path.join(data, "cut");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files: CutFile[] = [];
  for (const name of names) {
    const dump = [executable, "log", "dump", path.join(folder, name), "--records", "-o", "ndjson"];
    const lines = (await output(dump)).split("\n").slice(0, -1);
    const records = lines.map((line) => {
      const { offset, key } = JSON.parse(line);
      return { offset: Number(offset), sequence: Number(key) };
    });
    files.push({ log: name.slice(0, name.indexOf(".")), records });
  }
  return files;
}

/** What of that contradicts itself: lost without a word, or kept though it was to be lost. */
function unannounced(
  lost: readonly (readonly AckedRecord[])[],
  cut: readonly CutFile[],
  announced: readonly Announced[],
): string[] {
  const broken: string[] = [];
  for (const { log, records } of cut) {
    const from = records[0]?.offset;
    if (!announced.some((each) => each.log === log && each.from === from)) {
      broken.push(`${log} was cut from offset ${from} on, which no promotion announced`);
    }
  }
  lost.forEach((records, partition) => {
    const log = `${TOPIC}-${partition}`;
    const files = cut.filter((file) => file.log === log);
    const known = new Set(
      files.flatMap((file) =>
        file.records.flatMap(({ offset, sequence }) => [
          `${offset} ${sequence}`,
          `null ${sequence}`,
        ]),
      ),
    );
    for (const { offset, sequence } of records) {
      if (known.has(`${offset} ${sequence}`)) continue;
      broken.push(`${sequence} of ${log} was acked at offset ${offset}, and is nowhere`);
    }
  });
  return broken;
}
