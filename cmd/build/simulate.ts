/**
 * `npm run simulate`: runs the simulator, seed by seed, and tells the first that fails.
 *
 *     --seeds N     so many seeds (100)
 *     --from S      beginning with this one (1)
 *     --jobs N      in so many processes (1)
 *     --all         goes on after a failure, and counts the failures of each kind
 *     --seed S      only this one; --trace prints everything that happens
 *     --pairs       seeds of two brokers that are a pair, in place of those of a single one
 *     --clusters    seeds of brokers that are a cluster
 *     --moves       the same, with copies that are moved from broker to broker
 *     --scenario T  the scenario whose name has these words, with chance by these seeds
 *     --mutants     plants one bug after the other, and tells in how many seeds each is found;
 *                   --only TEXT takes those whose names have it, --pairs, --clusters and
 *                   --moves those that are looked for there
 */
import { parseArgs } from "node:util";
import { scenarioNamed } from "../../internal/simulator/scenarios.ts";
import { type Scene, simulate } from "../../internal/simulator/simulate.ts";
import { Trace } from "../../internal/simulator/trace.ts";
import { runInChild } from "./simulate/child.ts";
import { type Found, hunt } from "./simulate/hunt.ts";
import type { Mutant } from "./simulate/mutant.ts";
import { type Outcome, runSeeds, sceneOption } from "./simulate/seeds.ts";
import { Tally } from "./simulate/tally.ts";

/** A mutant that so many times as many seeds as were asked for don't find is not found. */
const HUNT_FACTOR = 20;

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    step: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    all: { type: "boolean", default: false },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    pairs: { type: "boolean", default: false },
    clusters: { type: "boolean", default: false },
    moves: { type: "boolean", default: false },
    scenario: { type: "string" },
    mutants: { type: "boolean", default: false },
    only: { type: "string" },
    // For processes that others have started.
    lines: { type: "boolean", default: false },
    mutant: { type: "string" },
  },
});
const from = Number(options.from);
const seeds = Number(options.seeds);
const step = Number(options.step);
const scene = sceneOf(options);
const { scenario } = options;
/** What each run is of. */
const asked = scenario === undefined ? { scene } : { scene, scenario };

if (options.seed !== undefined) replay(Number(options.seed));
else if (options.mutants) await huntAll();
else if (options.lines) await tellLines();
else await runAll();

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function sceneOf(asked: Record<"pairs" | "clusters" | "moves", boolean>): Scene {
  if (asked.moves) return "moves";
  if (asked.clusters) return "cluster";
  return asked.pairs ? "pair" : "single";
}

function replay(seed: number): void {
  const trace = new Trace(options.trace ? print : null);
  if (scenario === undefined) print(JSON.stringify({ seed, ...simulate(scene, seed, trace) }));
  else scenarioNamed(scenario).play(trace, seed);
}

async function tellLines(): Promise<void> {
  await runSeeds({ ...asked, from, count: seeds, step }, (outcome) => {
    print(JSON.stringify(outcome));
    return true;
  });
}

async function runAll(): Promise<void> {
  const beganMs = performance.now();
  const tally = new Tally();
  const tell = (outcome: Outcome) => {
    tally.add(outcome);
    tellSoon(outcome, tally.seeds);
    return options.all || tally.failures.length === 0;
  };
  const jobs = Number(options.jobs);
  if (jobs === 1) await runSeeds({ ...asked, from, count: seeds, step: 1 }, tell);
  else {
    const parts = Array.from({ length: jobs }, (_, job) => {
      const count = Math.ceil((seeds - job) / jobs);
      return runInChild({ ...asked, from: from + job, count, step: jobs }, null, tell);
    });
    await Promise.all(parts);
  }
  printTally(tally, (performance.now() - beganMs) / 1000);
  process.exitCode = tally.failures.length > 0 ? 1 : 0;
}

/** A run takes up to hours: what fails is told when it does, on a terminal also how far it is. */
function tellSoon({ seed, failure }: Outcome, done: number): void {
  const { stderr } = process;
  const clear = stderr.isTTY ? "\r\u001b[K" : "";
  if (failure !== null) stderr.write(`${clear}seed ${seed}: ${failure}\n`);
  const isLast = done === seeds;
  if (stderr.isTTY && (isLast || done % 10 === 0)) {
    stderr.write(isLast ? clear : `${clear}${done} of ${seeds} seeds`);
  }
}

function printTally(tally: Tally, seconds: number): void {
  const { lives, events, acknowledged, duplicates, reads, simulatedMs, failures } = tally;
  const rate = (tally.seeds / seconds).toFixed(0);
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  print(`${tally.seeds} seeds in ${seconds.toFixed(1)} s (${rate}/s), ${hours} simulated hours`);
  const acks = `${acknowledged} acks (${duplicates} of repeats)`;
  print(`${lives} starts, ${events} events, ${acks}, ${reads} reads`);
  for (const { message, seeds: failed } of failures) {
    print(`FAILED ${failed.length}: ${message}`);
    const told = scenario === undefined ? sceneOption(scene) : [`--scenario "${scenario}"`];
    print(`  npm run simulate -- ${[...told, "--seed"].join(" ")} ${failed[0]}`);
    if (failed.length > 1) print(`  also ${failed.slice(1, 10).join(", ")}`);
  }
  if (failures.length === 0) print("no failure");
}

async function huntAll(): Promise<void> {
  let missed = 0;
  print("mutant | found in | first seed | what it says");
  print("--- | --- | --- | ---");
  const tell = ({ name, failed, seeds: ran, firstSeed, message }: Found) => {
    if (failed === 0) missed++;
    print(`${name} | ${failed} of ${ran} | ${firstSeed ?? "NOT FOUND"} | ${message.slice(0, 90)}`);
  };
  const { only = "" } = options;
  const isWanted = (mutant: Mutant) =>
    mutant.name.includes(only) && (scene === "single" || mutant.scene === scene);
  await hunt(seeds, seeds * HUNT_FACTOR, isWanted, tell);
  process.exitCode = missed > 0 ? 1 : 0;
}
