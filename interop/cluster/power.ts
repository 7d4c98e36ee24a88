import { mkdirSync } from "node:fs";
import path from "node:path";
import { produceEndlessly } from "../faults/endless-producer.ts";
import { end, restart } from "../faults/member.ts";
import { makeSmallDisk, type SmallDisk } from "../faults/small-disk.ts";
import { brokenAtEnd } from "./rounds.ts";
import { inSync, makeTopic, startCluster, stopCluster } from "./running-cluster.ts";
import { ackedEverywhere } from "./silence.ts";

const TOPIC = "acked";
const BROKERS = 3;
const DISK_BYTES = 8 * 1024 ** 3;
const MAX_LOAD_MS = 500;
const LOAD = {
  client: "librdkafka",
  partitions: 10,
  recordBytes: [100, 100, 100, 5000],
  recordsPerSecond: 500,
  idempotent: true,
} as const;

/**
 * Takes the power of all brokers at the same moment, again and again: what nobody has synced is
 * gone on all disks, and etcd is killed, too. Resolves with what was broken, in words.
 */
export async function powerRounds(
  directory: string,
  rounds: number,
  tell: (text: string) => void,
): Promise<string[]> {
  const home = path.join(directory, "power");
  mkdirSync(home);
  const disks: SmallDisk[] = [];
  try {
    for (let at = 0; at < BROKERS; at++) {
      disks.push(await makeSmallDisk(path.join(home, `${at}`), DISK_BYTES));
    }
    return await losePower(home, disks, rounds, tell);
  } finally {
    for (const disk of disks) await disk.unmount();
  }
}

async function losePower(
  home: string,
  disks: readonly SmallDisk[],
  rounds: number,
  tell: (text: string) => void,
): Promise<string[]> {
  const cluster = await startCluster({ home, data: disks.map(({ data }) => data) });
  const { members, etcd } = cluster;
  await makeTopic(cluster, TOPIC, LOAD.partitions);
  const producer = produceEndlessly(cluster.bootstrap, TOPIC, LOAD);
  try {
    for (let round = 0; round < rounds; round++) {
      await ackedEverywhere(() => producer.acked.map(({ length }) => length));
      await Bun.sleep(Math.random() * MAX_LOAD_MS);
      await Promise.all([...disks.map((disk) => disk.cutPower()), etcd.kill()]);
      await Promise.all(members.map((member) => end(member, "SIGKILL")));
      await Promise.all([...disks.map((disk) => disk.restart()), etcd.restart()]);
      for (let at = 0; at < BROKERS; at++) {
        const member = members[(round + at) % BROKERS];
        if (member) await restart(member);
      }
      await inSync(cluster, TOPIC);
      tell(`round ${round + 1}: power loss of all: ${producer.ackedCount} acked so far`);
    }
    await producer.finish();
    return await brokenAtEnd(cluster, TOPIC, producer.acked);
  } finally {
    producer.kill();
    await stopCluster(cluster);
  }
}
