/** What groups and producers have at a lone broker, or a pair, they have in the cluster later. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { BatchReceipt, Client } from "../../internal/client/api.ts";
import { connect } from "../../internal/client/client.ts";
import {
  type EtcdServer,
  hasEtcd,
  startEtcd,
} from "../../internal/platform/bun/etcd/etcd-server.testing.ts";
import { bunPlatform } from "../../internal/platform/bun/platform.ts";
import { BatchBuilder, type BatchProducer } from "../../internal/record/builder.ts";
import { eventually } from "./cluster.testing.ts";
import { startBroker, weirAlone } from "./weir.testing.ts";

setDefaultTimeout(120_000);

type Running = Awaited<ReturnType<typeof startBroker>>;

const PRODUCER = { producerId: 4711, producerEpoch: 3, transactional: false } as const;

let etcd: EtcdServer;
let directory = "";
let running: Running[] = [];

afterEach(async () => {
  for (const broker of running.splice(0)) {
    process.kill(broker.pid, "SIGKILL");
    await broker.exited;
  }
  await etcd.close();
  rmSync(directory, { recursive: true });
});

async function begin(): Promise<void> {
  etcd = await startEtcd();
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-adopt-"));
}

async function start(name: string, ...flags: string[]): Promise<Running> {
  const place = ["--data", path.join(directory, name), "--listen", "127.0.0.1:0"];
  const settings = ["--set", "group.initial.rebalance.delay.ms=0"];
  const broker = await startBroker([...place, ...settings, ...flags]);
  running.push(broker);
  return broker;
}

/** Starts what a broker left behind as one of the cluster. */
function adopt(name: string, id: number): Promise<Running> {
  return start(name, "--etcd", etcd.url, "--id", `${id}`, "--adopt");
}

async function stop(broker: Running): Promise<void> {
  running = running.filter((each) => each !== broker);
  expect(await broker.stop()).toBe(0);
}

async function weir(broker: Running, args: readonly string[], stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await weirAlone(args, {
    ...{ stdin, env: { WEIR_BROKER: broker.address } },
  });
  if (code !== 0) throw new Error(`weir ${args.join(" ")}: ${code}: ${stderr}`);
  return stdout;
}

async function items(broker: Running, args: readonly string[]) {
  return JSON.parse(await weir(broker, [...args, "--json"])).items;
}

async function withClient<T>(broker: Running, work: (client: Client) => Promise<T>): Promise<T> {
  const [host = "", port] = broker.address.split(":");
  const options = { timeoutMs: 10_000, clientName: "test" };
  const client = await connect(bunPlatform(), { host, port: Number(port) }, options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** Sends one record with a producer's numbers; resolves with where it is. */
function send(broker: Running, baseSequence: number, epoch = 3): Promise<BatchReceipt> {
  const builder = new BatchBuilder();
  const value = new TextEncoder().encode(`numbered ${baseSequence}`);
  builder.append({ timestampMs: 1, key: null, value, headers: [] });
  const producer: BatchProducer = { ...PRODUCER, producerEpoch: epoch, baseSequence };
  const batch = builder.build("none", producer);
  const request = { topic: "numbered", partition: 0, batch, acks: -1 } as const;
  return withClient(broker, (client) => client.produce(request));
}

/** Lets a group and a producer do something. */
async function use(broker: Running): Promise<void> {
  await weir(broker, ["topic", "create", "orders", "-p", "2"]);
  await weir(broker, ["produce", "orders", "-p", "0"], "a\nb\nc\n");
  await weir(broker, ["produce", "orders", "-p", "1"], "d\ne\n");
  await weir(broker, ["consume", "orders", "-g", "billing"]);
  await weir(broker, ["produce", "orders", "-p", "1"], "f\n");
  await weir(broker, ["topic", "create", "numbered", "-p", "1"]);
  for (const sequence of [0, 1, 2]) {
    expect(await send(broker, sequence)).toMatchObject({ baseOffset: sequence });
  }
}

/** Looks for what they had, and lets them go on. */
async function goesOn(broker: Running): Promise<void> {
  await eventually(
    () => items(broker, ["topic", "describe", "numbered"]),
    ([topic]) => topic.partitions[0].leader > 0,
  );
  const [group] = await eventually(
    () => items(broker, ["group", "describe", "billing"]).catch(() => []),
    (groups) => groups.length === 1,
  );
  const committed = group.partitions.map((row: { partition: number; committed_offset: number }) => {
    return [row.partition, row.committed_offset];
  });
  expect(committed).toEqual([
    [0, 3],
    [1, 2],
  ]);
  expect(await weir(broker, ["consume", "orders", "-g", "billing"])).toBe("f\n");
  // The last batch once more, an earlier one, one that left one out, and one of an old epoch.
  expect(await send(broker, 2)).toMatchObject({ baseOffset: 2 });
  expect(await send(broker, 1)).toMatchObject({ baseOffset: 1 });
  expect(await refusalOf(send(broker, 4))).toBe("out-of-order-sequence");
  expect(await refusalOf(send(broker, 3, 2))).toBe("invalid-producer-epoch");
  expect(await send(broker, 3)).toMatchObject({ baseOffset: 3 });
  const [topic] = await items(broker, ["topic", "describe", "numbered"]);
  expect(topic.partitions[0].high_watermark).toBe(4);
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "",
    (error: { code: string }) => error.code,
  );
}

describe.skipIf(!hasEtcd)("groups' offsets and producers' numbers are the cluster's", () => {
  test("after a lone broker", async () => {
    await begin();
    const alone = await start("one");
    await use(alone);
    await stop(alone);
    await goesOn(await adopt("one", 1));
  });

  test("after a pair, also where the slave's copies lead", async () => {
    await begin();
    const master = await start("one");
    const slave = await start("two", "--slave-of", master.address);
    await use(master);
    await eventually(
      () => items(master, ["topic", "describe", "numbered"]),
      ([topic]) => topic.partitions[0].isr.length === 2,
    );
    await stop(slave);
    await stop(master);
    const first = await adopt("one", 1);
    const second = await adopt("two", 2);
    await eventually(
      () => items(second, ["topic", "ls"]),
      (topics) => topics.length > 0,
    );
    for (const topic of ["orders", "numbered", "__consumer_offsets"]) {
      await eventually(
        () => items(first, ["topic", "describe", topic]),
        ([{ partitions }]) => partitions.every(({ isr }: { isr: number[] }) => isr.length === 2),
      );
    }
    await stop(first);
    await goesOn(second);
  });
});
