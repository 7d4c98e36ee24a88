import { afterEach, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureBuilt, spawnWeir, startBroker, weirAlone } from "./weir.testing.ts";

const WAIT_MS = 20_000;

type Running = Awaited<ReturnType<typeof startBroker>>;

let directory = "";
let running: Running[] = [];

beforeAll(ensureBuilt);

afterEach(async () => {
  for (const broker of running) {
    process.kill(broker.pid, "SIGKILL");
    await broker.exited;
  }
  running = [];
  rmSync(directory, { recursive: true });
});

/** Starts a broker of this name; one that ran before is found again at its address. */
async function start(name: string, flags: readonly string[], address = "127.0.0.1:0") {
  const data = path.join(directory, name);
  const broker = await startBroker(["--data", data, "--listen", address, ...flags]);
  running.push(broker);
  return broker;
}

async function kill(broker: Running): Promise<void> {
  process.kill(broker.pid, "SIGKILL");
  await broker.exited;
  running = running.filter((one) => one !== broker);
}

async function weir(broker: { address: string }, args: readonly string[], stdin = "") {
  const finished = await weirAlone(args, { stdin, env: { WEIR_BROKER: broker.address } });
  if (finished.code !== 0) throw new Error(`${args.join(" ")}: ${finished.stderr}`);
  return finished.stdout;
}

/** The group as a broker tells it, but for times, which go on; nothing if it knows none. */
async function groupOf(broker: Running, name: string): Promise<object> {
  const out = await weir(broker, ["group", "describe", name, "--json"]).catch(() => null);
  if (out === null) return {};
  const group: { readonly partitions: readonly object[] } = JSON.parse(out).items[0];
  const partitions = group.partitions.map((each) => ({ ...each, lag_ms: null, drain_ms: null }));
  return { ...group, partitions };
}

/** Waits until a broker's group has all these fields. */
async function groupIs(broker: Running, name: string, fields: object): Promise<void> {
  const endMs = Date.now() + WAIT_MS;
  for (;;) {
    const group = await groupOf(broker, name);
    if (Bun.deepMatch(fields, group)) return;
    if (Date.now() > endMs) throw new Error(`it stays ${JSON.stringify(group)}`);
  }
}

interface Described {
  readonly leader: number;
  readonly leader_epoch: number;
  readonly isr: readonly number[];
  readonly observers: readonly number[];
  readonly high_watermark: number;
  readonly copies: readonly { readonly end_offset: number; readonly lag_records: number }[];
}

/** The first partition of the topic, once `good` holds of it. */
async function described(broker: Running, good: (row: Described) => boolean): Promise<Described> {
  const endMs = Date.now() + WAIT_MS;
  for (;;) {
    const out = await weir(broker, ["topic", "describe", "orders", "--json"]);
    const row: Described = JSON.parse(out).items[0].partitions[0];
    if (good(row)) return row;
    if (Date.now() > endMs) throw new Error(`it stays ${out}`);
  }
}

/** The bytes of the topic's segments, by their names. */
function segmentsOf(name: string): Record<string, Buffer> {
  const folder = path.join(directory, name, "logs", "orders-0");
  const names = readdirSync(folder).filter((file) => file.endsWith(".log"));
  return Object.fromEntries(names.map((file) => [file, readFileSync(path.join(folder, file))]));
}

function numbers(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => `${from + i}\n`).join("");
}

/** Runs kcat against both brokers; it ends when its input does. */
function kcat(brokers: readonly Running[], args: readonly string[]) {
  const addresses = brokers.map(({ address }) => address).join(",");
  const command = ["kcat", "-b", addresses, "-t", "orders", "-p", "0", ...args];
  return Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
}

test.skipIf(Bun.which("kcat") === null)(
  "kcat goes on through a kill and a promotion, and reads while there is no master",
  async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), "weir-pair-"));
    const master = await start("one", []);
    await weir(master, ["topic", "create", "orders"]);
    const slave = await start("two", ["--slave-of", master.address]);
    const joined = ({ isr, copies }: Described) => isr.length === 2 && copies[0]?.end_offset === 0;
    await described(master, joined);
    const writer = kcat([master, slave], ["-P", "-X", "enable.idempotence=true", "-X", "acks=all"]);
    writer.stdin.write(numbers(0, 500));
    await writer.stdin.flush();
    await described(master, ({ high_watermark: mark }) => mark > 0);
    await kill(master);
    writer.stdin.write(numbers(500, 1000));
    await writer.stdin.flush();
    const read = kcat([master, slave], ["-C", "-e", "-q", "-o", "beginning"]);
    read.stdin.end();
    expect(await new Response(read.stdout).text()).toStartWith(numbers(0, 1));
    await weir(slave, ["promote", "--yes"]);
    writer.stdin.end();
    expect(await writer.exited).toBe(0);
    expect(await weir(slave, ["consume", "orders"])).toBe(numbers(0, 1000));
  },
  90_000,
);

test.skipIf(Bun.which("kcat") === null)(
  "a consumer in the slave's rack reads from the slave",
  async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), "weir-pair-"));
    const master = await start("one", ["--set", "broker.rack=a"]);
    await weir(master, ["topic", "create", "orders"]);
    const follow = ["--slave-of", master.address, "--set", "broker.rack=b"];
    const slave = await start("two", follow);
    await described(master, ({ isr }) => isr.length === 2);
    await weir(master, ["produce", "orders"], numbers(0, 1000));
    const sent = async (broker: Running) => {
      const out = await weir(broker, ["status", "--json"]);
      return Number(JSON.parse(out).items[0].bytes_out);
    };
    for (const [rack, from, other] of [
      ["a", master, slave],
      ["b", slave, master],
    ] as const) {
      const before = [await sent(from), await sent(other)] as const;
      const options = ["-X", `client.rack=${rack}`, "-e", "-q", "-o", "beginning"];
      const reader = kcat([master], ["-C", ...options]);
      reader.stdin.end();
      expect(await new Response(reader.stdout).text()).toBe(numbers(0, 1000));
      expect((await sent(from)) - before[0]).toBeGreaterThan(1000);
      const wasted = (await sent(other)) - before[1];
      if (other === slave) expect(wasted).toBe(0);
    }
  },
  60_000,
);

test("a slave copies, is promoted after kill -9, and the old master follows", async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-pair-"));
  const master = await start("one", []);
  await weir(master, ["topic", "create", "orders"]);
  await weir(master, ["produce", "orders"], numbers(0, 1000));
  const slave = await start("two", ["--slave-of", master.address]);
  const joined = await described(master, ({ isr }) => isr.length === 2);
  expect(joined).toMatchObject({ leader: 1, isr: [1, 2], observers: [] });
  const receipts = await weir(master, ["produce", "orders", "--json"], numbers(1000, 1100));
  expect(JSON.parse(receipts.split("\n")[0] ?? "")).toMatchObject({ copies: 2, acks: "all" });
  await kill(master);
  await described(slave, ({ high_watermark: mark }) => mark === 1100);
  const read = await weir(slave, ["consume", "orders"]);
  expect(read).toBe(numbers(0, 1100));
  const promoted = await weir(slave, ["promote", "--yes", "--json"]);
  expect(JSON.parse(promoted)).toMatchObject({ leader: 2, was_in_sync: true, missing: [] });
  await weir(slave, ["produce", "orders"], numbers(1100, 1200));
  const again = await start("one", [], master.address);
  await described(slave, ({ isr }) => isr.length === 2);
  const status = JSON.parse(await weir(again, ["status", "--json"])).items[0];
  expect(status).toMatchObject({ role: "slave", leader: 2, connected: true });
  const switched = JSON.parse(await weir(slave, ["switch", "--json"]));
  expect(switched).toMatchObject({ kind: "switched", leader: 1 });
  await weir(again, ["produce", "orders"], numbers(1200, 1300));
  await described(again, ({ isr }) => isr.length === 2);
  const all = await weir(again, ["consume", "orders"]);
  expect(all).toBe(numbers(0, 1300));
  for (const broker of running) await broker.stop();
  running = [];
  expect(segmentsOf("two")).toEqual(segmentsOf("one"));
}, 60_000);

test("a slave tells of groups what its master does, also when that is dead", async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-pair-"));
  const master = await start("one", []);
  await weir(master, ["topic", "create", "orders"]);
  const slave = await start("two", ["--slave-of", master.address]);
  await described(master, ({ isr }) => isr.length === 2);
  await weir(master, ["produce", "orders"], numbers(0, 1000));
  await weir(master, ["consume", "orders", "-g", "billing", "-n", "400"]);
  await groupIs(master, "billing", { state: "Empty" });
  const own = await groupOf(master, "billing");
  const progress = { topic: "orders", partition: 0, committed_offset: 400, lag: 600 };
  expect(own).toMatchObject({ from_copy: false, partitions: [progress] });
  await groupIs(slave, "billing", { ...own, from_copy: true });
  const env = { WEIR_BROKER: master.address };
  const live = spawnWeir(["consume", "orders", "-g", "live", "--follow"], directory, env);
  const working = { state: "Stable", partitions: [{ committed_offset: 1000, lag: 0 }] };
  await groupIs(slave, "live", working);
  await kill(master);
  live.kill("SIGINT");
  expect(await groupOf(slave, "billing")).toEqual({ ...own, from_copy: true });
  expect(await groupOf(slave, "live")).toMatchObject({ ...working, members: [{ partitions: 1 }] });
  const table = await weirAlone(["group", "ls"], { env: { WEIR_BROKER: slave.address } });
  expect(table.stdout).toMatch(/billing +Empty +0 +1 +600 /);
  expect(table.stderr).toStartWith("A slave tells this from its copy");
  const check = ["check", "lag", "billing", "--warn", "600", "--crit", "5000"];
  const checked = await weirAlone(check, { env: { WEIR_BROKER: slave.address } });
  expect([checked.code, checked.stdout.slice(0, 40)]).toEqual([
    1,
    "LAG WARNING - billing is 600 records and",
  ]);
  const metrics = await (await fetch(`http://${slave.address}/metrics`)).text();
  expect(metrics).toContain('weir_group_lag_records{group="billing"} 600\n');
  const reset = ["group", "reset", "billing", "--to", "start", "--yes"];
  const refused = await weirAlone(reset, { env: { WEIR_BROKER: slave.address } });
  expect(refused.stderr).toContain("another broker is the coordinator: in a pair, the master");
}, 60_000);
