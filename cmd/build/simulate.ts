/**
 * `npm run simulate`: runs the simulator, seed by seed, and tells the first that fails.
 *
 *     --seeds N   so many seeds (100)
 *     --from S    beginning with this one (1)
 *     --jobs N    in so many processes (1)
 *     --all       goes on after a failure, and counts the failures of each kind
 *     --seed S    only this one, with all counts; --trace prints everything that happens
 */
import { parseArgs } from "node:util";
import { simulate } from "../../internal/simulator/simulate.ts";
import { Trace } from "../../internal/simulator/trace.ts";
import { runJobs } from "./simulate/jobs.ts";
import { runSeeds, type Tally } from "./simulate/seeds.ts";

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    step: { type: "string", default: "1" },
    all: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

if (options.seed !== undefined) replay(Number(options.seed), options.trace);
else if (options.json) await tellParent();
else await main();

function replay(seed: number, isTraced: boolean): void {
  const trace = new Trace(isTraced ? (line) => process.stdout.write(`${line}\n`) : null);
  const summary = simulate(seed, trace);
  process.stdout.write(`${JSON.stringify({ seed, ...summary })}\n`);
}

async function main(): Promise<void> {
  const beganMs = performance.now();
  const seeds = Number(options.seeds);
  const range = { from: Number(options.from), seeds, step: 1, goesOn: options.all };
  const jobs = Number(options.jobs);
  const tally = jobs > 1 ? await runJobs(import.meta.path, range, jobs) : await runSeeds(range);
  print(tally, (performance.now() - beganMs) / 1000);
  process.exitCode = tally.failures.length > 0 ? 1 : 0;
}

/** One of several processes: its counts are for the one that started it. */
async function tellParent(): Promise<void> {
  const [from, seeds, step] = [options.from, options.seeds, options.step].map(Number);
  if (from === undefined || seeds === undefined || step === undefined) return;
  const tally = await runSeeds({ from, seeds, step, goesOn: options.all });
  process.stdout.write(`${JSON.stringify(tally)}\n`);
}

function print(tally: Tally, seconds: number): void {
  const { seeds, lives, events, acknowledged, duplicates, reads, simulatedMs, failures } = tally;
  const rate = (seeds / seconds).toFixed(0);
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  const lines = [
    `${seeds} seeds in ${seconds.toFixed(1)} s (${rate}/s), ${hours} simulated hours`,
    `${lives} starts, ${events} events, ${acknowledged} acks (${duplicates} of repeats), ` +
      `${reads} reads`,
  ];
  for (const { message, seeds: failed } of failures) {
    lines.push(`FAILED ${failed.length}: ${message}`, `  npm run simulate -- --seed ${failed[0]}`);
    if (failed.length > 1) lines.push(`  also ${failed.slice(1, 10).join(", ")}`);
  }
  if (failures.length === 0) lines.push("no failure");
  process.stdout.write(`${lines.join("\n")}\n`);
}
