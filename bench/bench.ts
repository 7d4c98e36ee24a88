/**
 * Measures the compiled broker beside others, and writes docs/benchmarks.md.
 *
 *   npm run bench -- [--only MEASURE,...] [--systems SYSTEM,...] [--rounds N] [--directory DIR]
 *   npm run bench -- --list       names measures and systems, and says what isn't there
 *   npm run bench -- --page       only writes the page, from what is kept in dist/bench/results
 *   npm run bench -- --curves [--only CURVE,...] [--rounds N]    what costs grow with
 *   npm run bench -- --quick [--accept]    the guard, see quick.ts: writes no page
 *
 * Needs a C compiler (`cc`) on x86-64 Linux, librdkafka, an idle machine and about 10 GB of disk;
 * `npm run bench:install` gets the other brokers.
 */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type CurveId, curves } from "./curves/all.ts";
import { runCurves } from "./curves/run.ts";
import { type MeasureId, measures } from "./measures/all.ts";
import { quick } from "./quick.ts";
import { writePage } from "./report/page.ts";
import { measureOf, runPlan } from "./runner.ts";
import { type SystemId, systems } from "./systems/all.ts";
import { buildRdkafkaClient, buildTools } from "./tools.ts";

const root = path.resolve(import.meta.dir, "..");
const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    systems: { type: "string" },
    rounds: { type: "string", default: "5" },
    directory: { type: "string", default: path.join(root, "dist", "bench", "data") },
    out: { type: "string", default: path.join(root, "docs", "benchmarks.md") },
    list: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    curves: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    accept: { type: "boolean", default: false },
  },
});
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

if (flags.list) {
  list();
} else if (flags.quick) {
  buildTools();
  await quick(flags.directory, flags.accept, tell);
} else {
  if (!flags.page) await measure();
  writePage(flags.out);
}

async function measure(): Promise<void> {
  const { directory } = flags;
  const rounds = Number(flags.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds is not a number from 1");
  buildTools();
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const given = process.argv.slice(2);
  const command = ["npm run bench", ...(given.length > 0 ? ["--", ...given] : [])].join(" ");
  if (flags.curves) {
    const known = Object.keys(curves) as CurveId[];
    const chosen = flags.only === undefined ? known : names(flags.only, known);
    await runCurves(chosen, rounds, directory, command, tell);
  } else {
    await measureBeside(rounds, directory, command);
  }
  rmSync(directory, { recursive: true });
}

async function measureBeside(rounds: number, directory: string, command: string): Promise<void> {
  const ids = Object.keys(measures) as MeasureId[];
  const chosen = flags.only === undefined ? ids : names(flags.only, ids);
  const only = flags.systems && names(flags.systems, Object.keys(systems) as SystemId[]);
  buildRdkafkaClient();
  const plan = { measures: chosen, rounds, directory, command, tell };
  await runPlan(only ? { ...plan, systems: only } : plan);
}

/** The names of a list with commas, all of which have to be known; NAME* stands for some. */
function names<T extends string>(text: string, known: readonly T[]): T[] {
  return text.split(",").flatMap((name) => {
    const start = name.endsWith("*") ? name.slice(0, -1) : null;
    const found = known.filter((each) => (start === null ? each === name : each.startsWith(start)));
    if (found.length === 0) throw new Error(`${name} is none of ${known.join(", ")}`);
    return found;
  });
}

function list(): void {
  for (const id of Object.keys(measures) as MeasureId[]) {
    tell(`${id.padEnd(20)} ${measureOf(id).title}`);
  }
  for (const [id, system] of Object.entries(systems)) {
    tell(`${id.padEnd(20)} ${system.name}; ${system.missing() ?? system.version()}`);
  }
}
