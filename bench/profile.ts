/**
 * Where the broker's time goes under its two main loads, from two sides: perf, of the compiled file
 * (kernel, runtime, code), and Bun's own profiler, of the same code from its source (functions).
 *
 *   npm run bench:profile -- [--durability fsync|memory] [--seconds N] [--out FILE]
 *
 * Writes docs/benchmarks/profile.md. Needs perf, and a C compiler (`cc`) on x86-64 Linux.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { executable, startWeir } from "../interop/weir.ts";
import { type Limits, type Load, loads, rate, runLoad } from "./loads.ts";
import { table } from "./report/tables.ts";
import { freePorts, startService } from "./systems/service.ts";
import { buildTools } from "./tools.ts";

const root = path.resolve(import.meta.dir, "..");
const { values: flags } = parseArgs({
  options: {
    durability: { type: "string", default: "fsync" },
    seconds: { type: "string", default: "4" },
    out: { type: "string", default: path.join(root, "docs", "benchmarks", "profile.md") },
  },
});
const durability = flags.durability === "memory" ? "memory" : "fsync";
const limits: Limits = { seconds: Number(flags.seconds), bytes: 1200e6 };
const directory = path.join(root, "dist", "bench", "profile");
const SHOWN = 14;

/** A share of the broker's time, from 0 to 1. */
type Share = readonly [what: string, share: number];

/** What is read of a .cpuprofile: nodes of the call tree, and which was on top when. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
}

buildTools();
const cases: readonly Load[] = [loads.batches, loads.small];
const sections: string[] = [];
for (const load of cases) {
  fresh();
  const [shares, perfRate] = await byPerf(load);
  fresh();
  const functions = await bySource(load);
  sections.push(section(load, shares, functions, perfRate));
}
rmSync(directory, { recursive: true });
mkdirSync(path.dirname(flags.out), { recursive: true });
const date = new Date().toISOString().slice(0, 10);
writeFileSync(flags.out, `${[introduction(date), ...sections].join("\n").trimEnd()}\n`);

function introduction(date: string): string {
  return `# Where the broker's time goes

Written by \`npm run bench:profile -- --durability ${durability}\` on ${date}. Shares of
the samples in which a processor worked for the broker: what it waits for isn't in them.
`;
}

function section(load: Load, bySymbol: Share[], byFunction: Share[], perSecond: number): string {
  const percent = (shares: readonly Share[]) =>
    shares.slice(0, SHOWN).map(([what, share]) => [what, `${(share * 100).toFixed(1)} %`]);
  const told = `${perSecond.toFixed(0)} ${load.unit} while perf looked on`;
  return [
    `## ${load.title}\n\n${told}.\n`,
    `By perf, of the compiled file:\n\n${table(["Where", "Share"], percent(bySymbol))}`,
    `By function, own time, of the source:\n\n${table(["Function", "Share"], percent(byFunction))}`,
  ].join("\n");
}

/** The kernel's and the runtime's symbols; compiled JavaScript is one of them. */
async function byPerf(load: Load): Promise<[Share[], number]> {
  const broker = await startWeir({ data: path.join(directory, "data"), durability });
  await runLoad(broker.address, "profile", load, { ...limits, seconds: 1 });
  const file = path.join(directory, "perf.data");
  const record = ["record", "-q", "-e", "cpu-clock", "-F", "997", "-o", file];
  const perf = Bun.spawn({ cmd: ["perf", ...record, "-p", String(broker.pid)], stderr: "ignore" });
  const result = await runLoad(broker.address, "profile", load, limits);
  perf.kill("SIGINT");
  await perf.exited;
  await broker.end("SIGTERM");
  const report = ["report", "-q", "-i", file, "--sort", "dso,symbol", "-t", ";", "--stdio"];
  const { stdout } = Bun.spawnSync({ cmd: ["perf", ...report], stderr: "ignore" });
  const shares = new Map<string, number>();
  for (const line of stdout.toString().split("\n")) {
    const [share = "", dso = "", symbol = ""] = line.split(";").map((field) => field.trim());
    if (!share.endsWith("%")) continue;
    const what = nameOf(dso, symbol);
    shares.set(what, (shares.get(what) ?? 0) + Number.parseFloat(share) / 100);
  }
  return [sorted(shares), rate(load, result)];
}

function nameOf(dso: string, symbol: string): string {
  if (dso.startsWith("[kernel")) return `kernel: ${symbol.replace(/^\[k\] /, "")}`;
  if (dso === path.basename(executable)) return "the runtime (Bun)";
  if (/jit|anon|memfd/i.test(dso)) return "compiled JavaScript, and machine code of ours";
  return dso;
}

/** Functions by their own time, with the file that they are in. */
async function bySource(load: Load): Promise<Share[]> {
  const [port = 0] = freePorts(1);
  const address = `127.0.0.1:${port}`;
  const profiles = path.join(directory, "profiles");
  const run = ["--cpu-prof", "--cpu-prof-dir", profiles, path.join(root, "cmd", "weir.ts")];
  const data = path.join(directory, "data");
  const args = ["broker", "--json", "--data", data, "--listen", address];
  const service = await startService({
    cmd: [process.execPath, ...run, ...args, "--durability", durability],
    logFile: path.join(directory, "broker.log"),
    ready: /"addresses"/,
  });
  await runLoad(address, "profile", load, limits);
  await service.end("SIGTERM");
  const [name = ""] = readdirSync(profiles).filter((file) => file.endsWith(".cpuprofile"));
  const profile: CpuProfile = JSON.parse(readFileSync(path.join(profiles, name), "utf8"));
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url } }) => {
      const file = url.includes(root) ? url.slice(url.indexOf(root) + root.length + 1) : "";
      return [id, `${functionName || "(anonymous)"}${file && `, ${file}`}`];
    }),
  );
  const shares = new Map<string, number>();
  for (const id of profile.samples) {
    const what = names.get(id) ?? "unknown";
    if (what.startsWith("(idle)")) continue;
    shares.set(what, (shares.get(what) ?? 0) + 1);
  }
  const total = [...shares.values()].reduce((sum, count) => sum + count, 0);
  return sorted(new Map([...shares].map(([what, count]) => [what, count / total])));
}

function sorted(shares: ReadonlyMap<string, number>): Share[] {
  return [...shares].toSorted(([, a], [, b]) => b - a);
}

function fresh(): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
}
