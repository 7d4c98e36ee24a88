import path from "node:path";
import { end, restart } from "../faults/member.ts";
import { leadTimesMs } from "./leads.ts";
import {
  anyOf,
  type ClusterMember,
  makeTopic,
  partitionsOf,
  startCluster,
  stopCluster,
} from "./running-cluster.ts";

const PARTITIONS = 10_000;
const TOPIC = "many";
const REST_MS = 5000;
const LOOK_MS = 500;

/**
 * A cluster of many partitions: how long it takes to make them, to start, and to have leaders for
 * all again when a broker dies, and what etcd is asked meanwhile.
 */
export async function manyPartitions(
  directory: string,
  partitions = PARTITIONS,
  tell: (text: string) => void,
): Promise<string[]> {
  const cluster = await startCluster({ home: path.join(directory, "many") });
  const { members, etcd } = cluster;
  const asked = async (what: string, work: () => Promise<unknown>) => {
    const [before, beganMs] = [await requests(etcd.url), performance.now()];
    await work();
    const [count, ms] = [(await requests(etcd.url)) - before, performance.now() - beganMs];
    tell(`${what}: ${count} requests to etcd, ${((count / ms) * 1000).toFixed(1)} a second`);
  };
  /** Lets something happen; tells when the last partition was led. */
  const untilLed = async (what: string, happens: () => Promise<unknown>) => {
    const atMs = Date.now();
    await asked(what, async () => {
      await happens();
      await allLed(members);
    });
    const ledMs = (await leadTimesMs(cluster, atMs)).at(-1) ?? 0;
    tell(`${what}: all ${partitions} partitions are led, the last after ${ledMs} ms`);
  };
  try {
    await untilLed("they are made", () => makeTopic(cluster, TOPIC, partitions));
    await Bun.sleep(REST_MS);
    await asked("idle", () => Bun.sleep(REST_MS));
    for (const member of members) await end(member, "SIGTERM");
    await untilLed("all brokers start", () => Promise.all(members.map(restart)));
    await Bun.sleep(3 * REST_MS); // who comes first leads all, until the others have theirs again
    const victim = anyOf(members);
    await untilLed("a broker is killed", () => end(victim, "SIGKILL"));
    await restart(victim);
    await Bun.sleep(3 * REST_MS);
    await untilLed("a broker is stopped", () => end(victim, "SIGTERM"));
    return [];
  } finally {
    await stopCluster(cluster);
  }
}

/** Resolves when those who run know that each partition is led by one of them. */
async function allLed(members: readonly ClusterMember[]): Promise<void> {
  const running = members.filter(({ broker }) => broker);
  const ids = new Set(running.map(({ id }) => id));
  for (const member of running) {
    for (;;) {
      const rows = await partitionsOf(member, TOPIC).catch(() => []);
      if (rows.length > 0 && rows.every(({ leader }) => ids.has(leader))) break;
      await Bun.sleep(LOOK_MS);
    }
  }
}

/** How many calls etcd has been asked for since its start. */
async function requests(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const rows = text.matchAll(/^grpc_server_started_total\{.*\} (\S+)$/gm);
  return Array.from(rows, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}
