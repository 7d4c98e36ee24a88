/**
 * What a slave costs: a lone broker, a pair with a synchronous and one with an asynchronous slave,
 * in turns, all processes on this machine; then two brokers that have nothing to do.
 *
 *   npm run bench:pairs -- [--rounds N] [--seconds N] [--idle PARTITIONS] [--directory DIR]
 *
 * Needs a C compiler (`cc`) on x86-64 Linux; `--idle` kcat, too.
 */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Member, weir } from "../interop/faults/member.ts";
import { kcat } from "../interop/kcat.ts";
import { followed, startPair, stopPair } from "../interop/pairs/pair.ts";
import { startWeir } from "../interop/weir.ts";
import { type Load, type LoadResult, loads, rate, runLoad } from "./loads.ts";
import { cpuSeconds } from "./processes.ts";
import { summarize } from "./statistics.ts";
import { buildTools } from "./tools.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    idle: { type: "string", default: "10000" },
    directory: { type: "string", default: path.resolve(import.meta.dir, "../dist/bench/pairs") },
  },
});
const { directory } = flags;
const limits = { seconds: Number(flags.seconds), bytes: 200e6 };
const warmUp = { seconds: 0.25, bytes: 20e6 };
const tell = (text: string): void => void process.stdout.write(`${text}\n`);

/** One request at a time: what an ack takes where nothing else is done. */
const single: Load = {
  ...loads.small,
  title: "1 connection x 1 record of 100 B",
  connections: 1,
};
const measured: readonly Load[] = [single, loads.batches, loads.small, loads.small100];
const modes = ["lone", "sync", "async"] as const;

/** A life of a system: under every load once. */
async function measure(mode: (typeof modes)[number]): Promise<LoadResult[]> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { address, end } = await start(mode);
  const results: LoadResult[] = [];
  for (const load of measured) {
    const topic = `t${load.connections}-${load.partitions}-${load.records}`;
    await runLoad(address, topic, load, warmUp);
    results.push(await runLoad(address, topic, load, limits));
  }
  await end();
  return results;
}

async function start(mode: (typeof modes)[number]) {
  if (mode === "lone") {
    const broker = await startWeir({ data: path.join(directory, "lone") });
    return { address: broker.address, end: () => broker.end("SIGTERM") };
  }
  const pair = await startPair(directory, { replication: mode }, { name: "t", partitions: 1 });
  const [address = ""] = pair.bootstrap.split(",");
  return { address, end: () => stopPair(pair) };
}

buildTools();
const rounds: ReadonlyMap<string, readonly LoadResult[]>[] = [];
for (let round = 0; round < Number(flags.rounds); round++) {
  const order = round % 2 === 0 ? modes : modes.toReversed();
  const results = new Map<string, readonly LoadResult[]>();
  for (const mode of order) results.set(mode, await measure(mode));
  rounds.push(results);
}

tell("| Load | Lone | Sync | Ratio | Async | Ratio | p50, ms: lone, sync, async | p99, ms |");
tell("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const [index, load] of measured.entries()) {
  const of = (mode: string, figure: "rate" | "p50Us" | "p99Us") =>
    rounds.map((results) => {
      const result = results.get(mode)?.[index];
      if (result === undefined) throw new Error(`${mode} wasn't measured`);
      return figure === "rate" ? rate(load, result) : result[figure] / 1000;
    });
  const lone = of("lone", "rate");
  const shown = (values: readonly number[], digits: number) => {
    const { median, min, max } = summarize(values);
    return `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;
  };
  const ratio = (mode: string) =>
    shown(
      of(mode, "rate").map((value, round) => value / (lone[round] ?? value)),
      2,
    );
  const times = (figure: "p50Us" | "p99Us") =>
    modes.map((mode) => summarize(of(mode, figure)).median.toFixed(2)).join(", ");
  const cells = modes.map((mode) => shown(of(mode, "rate"), 0));
  const [first = "", second = "", third = ""] = cells;
  tell(
    `| ${load.title}, ${load.unit} | ${first} | ${second} | **${ratio("sync")}** | ${third} | ` +
      `**${ratio("async")}** | ${times("p50Us")} | ${times("p99Us")} |`,
  );
}
if (Number(flags.idle) > 0) await measureIdle(Number(flags.idle));
rmSync(directory, { recursive: true });

/** What two brokers cost that have nothing to do, with records in all partitions. */
async function measureIdle(partitions: number): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  const pair = await startPair(directory, {}, { name: "idle", partitions });
  const input = Array.from({ length: partitions * 8 }, (_, i) => `${i}\n`).join("");
  const [address = ""] = pair.bootstrap.split(",");
  await kcat(address, ["-P", "-t", "idle", "-X", "partitioner=random"], { input });
  await followed(pair.one);
  await Bun.sleep(5000);
  const cpu = ({ broker }: Member) => (broker ? cpuSeconds(broker.pid) : 0);
  const before = [cpu(pair.one), cpu(pair.two)] as const;
  const seconds = 20;
  await Bun.sleep(seconds * 1000);
  const share = (now: number, then: number) => (((now - then) / seconds) * 100).toFixed(2);
  const [master, slave] = [share(cpu(pair.one), before[0]), share(cpu(pair.two), before[1])];
  const status = JSON.parse(await weir(pair.one, ["status", "--json"])).items[0];
  tell(
    `\n${status.partitions} partitions with ${status.records_in} records, idle: ` +
      `master ${master} %, slave ${slave} % of a core`,
  );
  await stopPair(pair);
}
