import { mkdirSync } from "node:fs";
import path from "node:path";
import { endlessClients, produceEndlessly } from "../faults/endless-producer.ts";
import { addressOf, end, restart } from "../faults/member.ts";
import { brokenPromises } from "../faults/promises.ts";
import { readLogs } from "../faults/read-log.ts";
import { makeSmallDisk } from "../faults/small-disk.ts";
import { followed, startPair, stopPair } from "./pair.ts";

const TOPIC = "acked";
const DISK_BYTES = 8 * 1024 ** 3;
const MAX_LOAD_MS = 500;
const LOAD = {
  client: "librdkafka",
  partitions: 10,
  recordBytes: [100, 100, 100, 5000],
  recordsPerSecond: 10_000,
  idempotent: true,
} as const;

/**
 * Takes the power of both machines at the same moment, again and again: what nobody has synced is
 * gone on both disks. Whichever comes back first, what was acked by all is there.
 */
export async function powerRounds(
  directory: string,
  rounds: number,
  tell: (text: string) => void,
): Promise<string[]> {
  if (!endlessClients.librdkafka.isInstalled) throw new Error("run interop/install.sh");
  const home = path.join(directory, "power");
  mkdirSync(home);
  const disks = [await makeSmallDisk(path.join(home, "1"), DISK_BYTES)];
  disks.push(await makeSmallDisk(path.join(home, "2"), DISK_BYTES));
  const [first = "", second = ""] = disks.map(({ data }) => data);
  const topic = { name: TOPIC, partitions: LOAD.partitions };
  const pair = await startPair(home, { data: [first, second] }, topic);
  const { one, two } = pair;
  const producer = produceEndlessly(pair.bootstrap, TOPIC, LOAD);
  const broken: string[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await producer.ackedMoreThan(producer.ackedCount);
      await Bun.sleep(Math.random() * MAX_LOAD_MS);
      await Promise.all(disks.map((disk) => disk.cutPower()));
      await Promise.all([end(one, "SIGKILL"), end(two, "SIGKILL")]);
      await Promise.all(disks.map((disk) => disk.restart()));
      for (const member of round % 2 === 0 ? [one, two] : [two, one]) await restart(member);
      await followed(one);
    }
    await producer.finish();
    const logs = await readLogs(addressOf(one), TOPIC, LOAD.partitions);
    for (const [partition, records] of producer.acked.entries()) {
      broken.push(...brokenPromises(logs[partition] ?? [], records, false));
    }
  } finally {
    producer.kill();
    await stopPair(pair);
    for (const disk of disks) await disk.unmount();
  }
  tell(
    `rounds 1-${rounds}: power loss of both: ${producer.ackedCount} acked; ` +
      `${broken.length} promises broken`,
  );
  return broken;
}
