import path from "node:path";
import {
  type EtcdServer,
  startEtcd,
} from "../../internal/platform/bun/etcd/etcd-server.testing.ts";
import { output } from "../command.ts";
import { executable, startWeir, type Weir, type WeirOptions } from "../weir.ts";

const WAIT_MS = 120_000;
const LOOK_MS = 50;

/** One of the brokers: what it is started with, and its process. */
export interface Member {
  readonly id: number;
  readonly options: WeirOptions;
  broker: Weir | null;
}

/** Three compiled brokers and their etcd. */
export interface RunningCluster {
  readonly etcd: EtcdServer;
  readonly members: readonly Member[];
  /** All addresses, as clients are told. */
  readonly bootstrap: string;
}

/** Starts them, with a topic that all have. */
export async function startCluster(
  home: string,
  topic: { readonly name: string; readonly partitions: number },
): Promise<RunningCluster> {
  const etcd = await startEtcd();
  const members = await Promise.all([1, 2, 3].map((id) => started(home, id, etcd.url)));
  const [first] = members;
  if (!first) throw new Error("there are no brokers");
  const config = ["--config", "min.insync.replicas=2"];
  await weir(first, ["topic", "create", topic.name, "-p", `${topic.partitions}`, ...config]);
  const bootstrap = members.map((member) => alive(member).address).join(",");
  return { etcd, members, bootstrap };
}

/** Starts a broker; it is found again at the same port when it is started again. */
async function started(home: string, id: number, etcd: string): Promise<Member> {
  const settings = { "broker.id": `${id}` };
  const options = { data: path.join(home, `b${id}`), etcd, settings };
  const broker = await startWeir(options);
  return { id, options: { ...options, port: broker.port }, broker };
}

export async function restart(member: Member): Promise<void> {
  member.broker = await startWeir(member.options);
}

export async function stopCluster({ etcd, members }: RunningCluster): Promise<void> {
  for (const { broker } of members) await broker?.end("SIGTERM");
  await etcd.close();
}

/** A member's process. Throws where there is none. */
export function alive({ id, broker }: Member): Weir {
  if (broker) return broker;
  throw new Error(`broker ${id} doesn't run`);
}

/** How a partition is, as a broker tells. */
interface PartitionRow {
  readonly leader: number;
  readonly isr: readonly number[];
}

/** The partitions of a topic, as a broker knows them. */
export async function partitionsOf(member: Member, topic: string): Promise<PartitionRow[]> {
  const text = await weir(member, ["topic", "describe", topic, "--json"]);
  return JSON.parse(text).items[0].partitions;
}

/** Resolves when all copies of a topic are in sync. */
export async function inSync(member: Member, topic: string): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  for (;;) {
    const rows = await partitionsOf(member, topic).catch(() => []);
    if (rows.length > 0 && rows.every(({ isr, leader }) => isr.length === 3 && leader > 0)) return;
    if (performance.now() > endMs) throw new Error("copies never came in sync");
    await Bun.sleep(LOOK_MS);
  }
}

async function weir(member: Member, args: readonly string[]): Promise<string> {
  return await output([executable, ...args, "--broker", alive(member).address]);
}
