/** Three compiled brokers of one cluster, on a real etcd, for tests of the verbs. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type EtcdServer,
  startEtcd,
} from "../../internal/platform/bun/etcd/etcd-server.testing.ts";
import { type Finished, type RunOptions, startBroker, weirAlone } from "./weir.testing.ts";

const WAIT_MS = 60_000;
const LOOK_MS = 100;

type Running = Awaited<ReturnType<typeof startBroker>>;

/** The brokers by their ids, from 1. */
export interface RealCluster extends AsyncDisposable {
  readonly etcd: EtcdServer;
  readonly directory: string;
  /** Runs `weir` against broker `id`, whatever becomes of it. */
  run(id: number, args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs `weir` against broker `id`; resolves with its output, rejects if it fails. */
  weir(id: number, args: readonly string[], stdin?: string): Promise<string>;
  /** The items that a listing has as JSON. */
  items(id: number, args: readonly string[]): Promise<Record<string, unknown>[]>;
  address(id: number): string;
  kill(id: number): Promise<void>;
  /** Starts broker `id` again, at its address. */
  start(id: number): Promise<void>;
}

/** Starts all; they know each other when this resolves. */
export async function startCluster(): Promise<RealCluster> {
  const etcd = await startEtcd();
  const directory = mkdtempSync(path.join(os.tmpdir(), "weir-cluster-"));
  const running = new Map<number, Running>();
  const addresses = new Map<number, string>();
  const start = async (id: number): Promise<void> => {
    const listen = addresses.get(id) ?? "127.0.0.1:0";
    const place = ["--data", path.join(directory, `b${id}`), "--listen", listen];
    // A busy machine may let a broker wait for longer than three seconds.
    const settings = ["group.initial.rebalance.delay.ms=0", "cluster.lease.ms=10000"];
    const flags = settings.flatMap((setting) => ["--set", setting]);
    const joins = ["--etcd", etcd.url, "--id", `${id}`, "--rack", `r${id}`];
    const broker = await startBroker([...place, ...flags, ...joins]);
    addresses.set(id, broker.address);
    running.set(id, broker);
  };
  for (const id of [1, 2, 3]) await start(id);
  const address = (id: number): string => addresses.get(id) ?? "";
  const run = (id: number, args: readonly string[], options: RunOptions = {}) =>
    weirAlone(args, { ...options, env: { WEIR_BROKER: address(id), ...options.env } });
  const weir = async (id: number, args: readonly string[], stdin = ""): Promise<string> => {
    const { code, stdout, stderr } = await run(id, args, { stdin });
    if (code !== 0) throw new Error(`weir ${args.join(" ")}: ${code}: ${stderr}`);
    return stdout;
  };
  return {
    etcd,
    directory,
    run,
    weir,
    items: async (id, args) => JSON.parse(await weir(id, [...args, "--json"])).items,
    address,
    start,
    async kill(id) {
      const broker = running.get(id);
      running.delete(id);
      if (broker) process.kill(broker.pid, "SIGKILL");
      await broker?.exited;
    },
    async [Symbol.asyncDispose]() {
      for (const broker of running.values()) process.kill(broker.pid, "SIGKILL");
      await Promise.all([...running.values()].map((broker) => broker.exited));
      await etcd.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Looks again and again until `good`; rejects with what was seen last. */
export async function eventually<T>(look: () => Promise<T>, good: (seen: T) => boolean) {
  const endMs = Date.now() + WAIT_MS;
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (Date.now() > endMs) throw new Error(`it stays ${JSON.stringify(seen)}`);
    await Bun.sleep(LOOK_MS);
  }
}
