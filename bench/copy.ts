/**
 * What producers notice while a new slave copies all that its master has, and how fast it does:
 *
 *   npm run bench:copy -- [--gigabytes N] [--rounds N] [--directory DIR]
 *
 * Both brokers, the producers and one disk share this machine. Needs a C compiler (`cc`).
 */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Member } from "../interop/faults/member.ts";
import { followed, statusOf } from "../interop/pairs/pair.ts";
import { startWeir } from "../interop/weir.ts";
import { type Load, type LoadResult, loads, runLoad } from "./loads.ts";
import { summarize } from "./statistics.ts";
import { buildTools } from "./tools.ts";

const { values: flags } = parseArgs({
  options: {
    gigabytes: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    directory: { type: "string", default: path.resolve(import.meta.dir, "../dist/bench/copy") },
  },
});
const { directory } = flags;
const storedBytes = Number(flags.gigabytes) * 1e9;
const stored: Load = { ...loads.batches, partitions: 8 };
const title = "20 connections x 1 record of 100 B";
/** Who produces meanwhile: always so many records under way. */
const meanwhile: Load = { ...loads.small, title, connections: 20 };
const LOOK_SECONDS = 2;
const LOOKS_BEFORE = 5;

interface Figures {
  readonly copySeconds: number;
  readonly beforeMs: number;
  readonly duringMs: number;
  readonly beforeRate: number;
  readonly duringRate: number;
}

buildTools();
const rounds: Figures[] = [];
for (let round = 0; round < Number(flags.rounds); round++) rounds.push(await measure());
rmSync(directory, { recursive: true });

tell("copied, MB/s", (each) => storedBytes / 1e6 / each.copySeconds);
tell("producers' p99 before, ms", ({ beforeMs }) => beforeMs);
tell("producers' p99 during, ms", ({ duringMs }) => duringMs);
tell("acks/s before", ({ beforeRate }) => beforeRate);
tell("acks/s during", ({ duringRate }) => duringRate);

async function measure(): Promise<Figures> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const master = await start("one", { settings: { replication: "sync" } });
  const { address } = master.broker;
  await runLoad(address, "stored", stored, { seconds: 600, bytes: storedBytes });
  const before: LoadResult[] = [];
  for (let look = 0; look < LOOKS_BEFORE; look++) before.push(await produce(address));
  const began = performance.now();
  const slave = await start("two", { slaveOf: address, settings: { replication: "sync" } });
  let copySeconds = 0;
  const inSync = followed(master).then(() => {
    copySeconds = (performance.now() - began) / 1000;
  });
  const during: LoadResult[] = [];
  while (copySeconds === 0) during.push(await produce(address));
  await inSync;
  const { lag_records: lag } = await statusOf(master);
  if (lag > meanwhile.connections) throw new Error(`in sync, and ${lag} records behind`);
  for (const { broker } of [slave, master]) await broker.end("SIGTERM");
  const p99Ms = (results: readonly LoadResult[]) =>
    summarize(results.map((each) => each.p99Us)).median;
  const rate = (results: readonly LoadResult[]) =>
    summarize(results.map(({ requests, seconds }) => requests / seconds)).median;
  return {
    copySeconds,
    beforeMs: p99Ms(before) / 1000,
    duringMs: p99Ms(during) / 1000,
    beforeRate: rate(before),
    duringRate: rate(during),
  };
}

async function start(name: string, options: Omit<Member["options"], "data">) {
  const given = { ...options, data: path.join(directory, name) };
  return { name, options: given, broker: await startWeir(given) } satisfies Member;
}

function produce(address: string): Promise<LoadResult> {
  return runLoad(address, "meanwhile", meanwhile, { seconds: LOOK_SECONDS, bytes: 50e6 });
}

function tell(what: string, figure: (each: Figures) => number): void {
  const { median, min, max } = summarize(rounds.map(figure));
  const [middle, least, most] = [median, min, max].map((value) => value.toFixed(1));
  process.stdout.write(`${what.padEnd(26)} ${middle} (${least}-${most})\n`);
}
