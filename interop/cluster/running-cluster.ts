import path from "node:path";
import {
  type EtcdServer,
  startEtcd,
} from "../../internal/platform/bun/etcd/etcd-server.testing.ts";
import { addressOf, end, type Member, start, until, weir } from "../faults/member.ts";
import type { TestNetwork } from "../faults/network.ts";
import type { Place, WeirOptions } from "../weir.ts";

/** One of the brokers. */
export interface ClusterMember extends Member {
  readonly id: number;
}

/** Three compiled brokers and their etcd. */
export interface RunningCluster {
  readonly etcd: EtcdServer;
  readonly members: readonly ClusterMember[];
  /** All addresses, as clients are told. */
  readonly bootstrap: string;
}

/** Where a cluster lives. */
export interface ClusterPlaces {
  /** The folder of each broker's data is in it, unless `data` names others. */
  readonly home: string;
  readonly data?: readonly string[];
  /** Of four places, the last one etcd's; the machine's own, if left out. */
  readonly network?: TestNetwork | null;
}

const IDS = [1, 2, 3];

/** Starts them. */
export async function startCluster({
  home,
  data,
  network,
}: ClusterPlaces): Promise<RunningCluster> {
  const placed = (place: Place | undefined) => (place ? { place } : {});
  const etcd = await startEtcd(placed(network?.places[IDS.length]));
  const members = await Promise.all(
    IDS.map((id, at) => {
      const folder = data?.[at] ?? folderOf(home, id);
      return startMember(id, { data: folder, etcd: etcd.url, ...placed(network?.places[at]) });
    }),
  );
  const bootstrap = members.map(addressOf).join(",");
  return { etcd, members, bootstrap };
}

/** Starts one more broker, on the machine's own network. */
export async function addMember(
  { etcd }: RunningCluster,
  home: string,
  id: number,
): Promise<ClusterMember> {
  return await startMember(id, { data: folderOf(home, id), etcd: etcd.url });
}

async function startMember(id: number, options: WeirOptions): Promise<ClusterMember> {
  const settings = { "broker.id": `${id}` };
  return { ...(await start(`broker ${id}`, { ...options, settings })), id };
}

function folderOf(home: string, id: number): string {
  return path.join(home, `b${id}`);
}

/** Makes a topic with three copies, two of which have to be in sync. */
export async function makeTopic(
  { members }: RunningCluster,
  name: string,
  partitions: number,
): Promise<void> {
  const config = ["--config", "min.insync.replicas=2"];
  await weir(anyOf(members), ["topic", "create", name, "-p", `${partitions}`, ...config]);
}

export async function stopCluster({ etcd, members }: RunningCluster): Promise<void> {
  for (const member of members) await end(member, "SIGTERM");
  await etcd.close();
}

/** One that runs. */
export function anyOf(members: readonly ClusterMember[]): ClusterMember {
  const one = members.find(({ broker }) => broker);
  if (one) return one;
  throw new Error("no broker runs");
}

/** How a partition is, as a broker tells. */
export interface PartitionRow {
  readonly leader: number;
  readonly isr: readonly number[];
  readonly high_watermark: number;
}

/** The partitions of a topic, as a broker knows them. */
export async function partitionsOf(member: Member, topic: string): Promise<PartitionRow[]> {
  const text = await weir(member, ["topic", "describe", topic, "--json"]);
  return JSON.parse(text).items[0].partitions;
}

/** Who leads a partition; undefined: nobody. */
export async function leaderOf(
  { members }: RunningCluster,
  topic: string,
  partition: number,
): Promise<ClusterMember | undefined> {
  const row = (await partitionsOf(anyOf(members), topic))[partition];
  return members.find(({ id }) => id === row?.leader);
}

/** Resolves when all brokers know that all copies of a topic are in sync. */
export async function inSync({ members }: RunningCluster, topic: string): Promise<void> {
  for (const member of members) {
    await until(`all copies of ${topic} are in sync`, async () => {
      const rows = await partitionsOf(member, topic).catch(() => []);
      return rows.length > 0 && rows.every(({ isr, leader }) => isr.length === 3 && leader > 0);
    });
  }
}
