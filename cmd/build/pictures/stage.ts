import { statfsSync } from "node:fs";
import path from "node:path";
import type { Client } from "../../../internal/client/api.ts";
import { connect } from "../../../internal/client/client.ts";
import { bunPlatform } from "../../../internal/platform/bun/platform.ts";
import { startCluster } from "../../e2e/cluster.testing.ts";
import { spawnWeir, startBroker } from "../../e2e/weir.testing.ts";
import { parseAddress } from "../../parse/values.ts";

/** A topic and what goes into it. */
interface Load {
  readonly topic: string;
  readonly partitionCount: number;
  readonly recordsPerSecond: number;
  readonly config?: Readonly<Record<string, string>>;
}

const LOADS: readonly Load[] = [
  { topic: "orders", partitionCount: 12, recordsPerSecond: 900 },
  {
    topic: "payments",
    partitionCount: 6,
    recordsPerSecond: 60,
    config: { "min.insync.replicas": "2" },
  },
  {
    topic: "audit",
    partitionCount: 48,
    recordsPerSecond: 240,
    config: { "cleanup.policy": "delete" },
  },
  { topic: "clicks", partitionCount: 8, recordsPerSecond: 2500 },
  { topic: "inventory", partitionCount: 4, recordsPerSecond: 0 },
  { topic: "reviews", partitionCount: 2, recordsPerSecond: 4 },
];

/** How a group reads. */
interface Reading {
  readonly groupId: string;
  readonly topic: string;
  /** What it takes of its output, in bytes a second; 0: nothing, so that it is stuck. */
  readonly bytesPerSecond: number;
}

const READINGS: readonly Reading[] = [
  { groupId: "billing", topic: "orders", bytesPerSecond: Number.POSITIVE_INFINITY },
  { groupId: "search-index", topic: "orders", bytesPerSecond: 0 },
  { groupId: "dashboards", topic: "clicks", bytesPerSecond: 60_000 },
  { groupId: "archive", topic: "audit", bytesPerSecond: Number.POSITIVE_INFINITY },
];

const NOTES = [null, null, null, "größer als üblich", null, "とても良い 🙂", null];

/** A group that has come so far and whose members are gone. */
const LEFT = { groupId: "reports", topic: "orders", partitionCount: 12, offset: 500 };

/** How often a producer writes what is due. */
const TURN_MS = 50;
/** A slave that hasn't caught up for so long falls out of the ISR: sooner than usual. */
const LAG_TIME = "replica.lag.time.max.ms=4000";
/** What has to stay free on the disk is so much of what is free, so that the disk is nearly low. */
const RESERVE_SHARE = 1 / 3;

/** A pair of brokers with load on it. */
export interface Stage {
  readonly master: string;
  readonly slave: string;
  /** Takes the slave away as a power cut does. */
  killSlave(): Promise<void>;
  /** Starts it again: it is behind, and catches up. */
  restartSlave(): Promise<void>;
  /** Takes the master away, and with it all load. */
  killMaster(): Promise<void>;
  /** Ends everything. */
  close(): Promise<void>;
}

/** Starts a pair in `directory` and its load; `consumers` too. Nothing of it is played. */
export async function openStage(directory: string): Promise<Stage> {
  const { bavail, bsize } = statfsSync(directory);
  const reserve = Math.floor(bavail * bsize * RESERVE_SHARE);
  const settings = ["--set", LAG_TIME, "--set", `storage.min.free.bytes=${reserve}`];
  const place = (name: string) => ["--data", path.join(directory, name), ...settings];
  const stack = new AsyncDisposableStack();
  const start = async (args: readonly string[]) => {
    const broker = await startBroker(args);
    stack.defer(async () => void (await broker.stop()));
    return broker;
  };
  try {
    const master = await start([...place("master"), "--listen", "127.0.0.1:19092"]);
    const slaveArgs = [...place("slave"), "--listen", "127.0.0.1:19093"];
    const startSlave = () => start([...slaveArgs, "--slave-of", master.address]);
    const slave = await startSlave();
    const load = stack.use(await startLoad(master.address));
    return {
      master: master.address,
      slave: slave.address,
      async killSlave() {
        process.kill(slave.pid, "SIGKILL");
        await slave.exited;
      },
      async restartSlave() {
        await startSlave();
      },
      async killMaster() {
        process.kill(master.pid, "SIGKILL");
        await master.exited;
        await load.disposeAsync();
      },
      close: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A cluster of three brokers with load on it. */
export interface ClusterStage extends AsyncDisposable {
  /** Of a broker that stays. */
  readonly address: string;
  /** Takes another one away as a power cut does. */
  killOne(): Promise<void>;
}

/** Starts etcd, three brokers and the same load. */
export async function openClusterStage(): Promise<ClusterStage> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster());
  const address = cluster.address(1);
  stack.use(await startLoad(address));
  const opened = stack.move();
  return {
    address,
    killOne: () => cluster.kill(3),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Begins to write and to read; disposing of what it returns ends that. */
async function startLoad(address: string): Promise<AsyncDisposableStack> {
  await using stack = new AsyncDisposableStack();
  const client = await connect(bunPlatform(), parseAddress(address), {
    timeoutMs: 30_000,
    clientName: "pictures",
  });
  stack.defer(() => client.close());
  for (const load of LOADS) stack.defer(await produce(client, load));
  await leaveOffsets(client);
  for (const reading of READINGS) stack.defer(consume(address, reading));
  return stack.move();
}

async function leaveOffsets(client: Client): Promise<void> {
  const { groupId, topic, partitionCount, offset } = LEFT;
  const offsets = Array.from({ length: partitionCount }, (_, partition) => {
    return { topic, partition, offset };
  });
  await client.setGroupOffsets(groupId, offsets);
}

/** Creates a topic and writes to it, so many records a second. */
async function produce(client: Client, load: Load): Promise<() => void> {
  const { topic, partitionCount, recordsPerSecond, config = {} } = load;
  await client.createTopic({
    name: topic,
    partitionCount,
    replicationFactor: null,
    config: new Map(Object.entries(config)),
  });
  if (recordsPerSecond === 0) return () => {};
  const producer = await client.openProducer(topic, { acks: 1, onFailure() {} });
  const encoder = new TextEncoder();
  let count = 0;
  let due = 0;
  const timer = setInterval(() => {
    due += (recordsPerSecond * TURN_MS) / 1000;
    for (; due >= 1; due--) {
      const key = encoder.encode(`customer-${(count * 7919) % 9973}`);
      const value = encoder.encode(JSON.stringify(event(topic, count)));
      const headers = [["trace", encoder.encode(count.toString(16).padStart(8, "0"))]] as const;
      void producer.send({ key, value, headers, partition: count % partitionCount });
      count++;
    }
  }, TURN_MS);
  return () => clearInterval(timer);
}

function event(topic: string, number: number): object {
  const amount = ((number * 31) % 20_000) / 100;
  return {
    id: number,
    type: `${topic}.changed`,
    amount,
    currency: "EUR",
    items: [{ sku: `A-${number % 97}`, count: 1 + (number % 5) }],
    note: NOTES[number % NOTES.length] ?? null,
  };
}

/** Reads in a group, as fast as its output is taken; one that has lost its broker begins again. */
function consume(address: string, { groupId, topic, bytesPerSecond }: Reading): () => void {
  const args = ["consume", topic, "-g", groupId, "-f", "--from", "start", "-b", address];
  let child = spawnWeir(args, "/", {});
  let stopped = false;
  const read = async (): Promise<void> => {
    let taken = 0;
    const beganMs = Date.now();
    while (!stopped && bytesPerSecond > 0) {
      const line = await child.line();
      if (line === null && stopped) return;
      if (line === null) child = spawnWeir(args, "/", {});
      taken += (line?.length ?? 0) + 1;
      const aheadMs = (taken / bytesPerSecond) * 1000 - (Date.now() - beganMs);
      if (aheadMs > 20) await Bun.sleep(aheadMs);
    }
  };
  void read();
  return () => {
    stopped = true;
    child.kill("SIGKILL"); // asked to end, one whose output nobody takes waits for that a while
  };
}
