import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { describeMachine } from "./machine.ts";
import { type MeasureId, measures } from "./measures/all.ts";
import type { Sample } from "./measures/figures.ts";
import type { Measure, Work } from "./measures/measure.ts";
import { saveResult } from "./results.ts";
import { type SystemId, systems } from "./systems/all.ts";
import type { RunningSystem, Signal, System } from "./systems/system.ts";
import { doLife, doWork, hasOwnLife, writesMuch } from "./works/all.ts";
import { clients } from "./works/clients.ts";
import type { Life } from "./works/life.ts";

/** What is measured, and where. */
export interface Plan {
  readonly measures: readonly MeasureId[];
  /** Of the measures' systems only these; all, if left out. */
  readonly systems?: readonly SystemId[];
  readonly rounds: number;
  readonly directory: string;
  readonly command: string;
  readonly tell: (text: string) => void;
}

/** Memory that looks like a disk, where Linux has it. */
const TMPFS = "/dev/shm/weir-bench";
const PAUSE_MS = 400;

/** What a run has gathered so far. */
interface Gathered {
  readonly samples: Map<MeasureId, Map<SystemId, (Sample | null)[]>>;
  readonly failures: Map<MeasureId, string[]>;
  readonly versions: Map<SystemId, string>;
}

/**
 * Measures in rounds, in each of which every system has its turn: A B C, C B A, A B C and so on,
 * so that none always has the machine as the same other one left it. In its turn a system is
 * started on an empty directory and put to all works that need no life of their own. After each
 * round the results are kept, so that what ends early has measured something.
 */
export async function runPlan(plan: Plan): Promise<void> {
  const gathered: Gathered = { samples: new Map(), failures: new Map(), versions: new Map() };
  const present = presentSystems(plan, gathered);
  for (let round = 0; round < plan.rounds; round++) {
    plan.tell(`round ${round + 1} of ${plan.rounds}`);
    const order = round % 2 === 0 ? present : present.toReversed();
    for (const place of ["disk", "tmpfs"] as const) {
      const here = plan.measures.filter((id) => measureOf(id).place === place);
      for (const id of order) await takeTurn(plan, gathered, here, id, round);
    }
    keep(plan, gathered);
  }
}

/** The measure, with no more known of it than of any. */
export function measureOf(id: MeasureId): Measure {
  return measures[id];
}

/** Those that take part in a measure and can be started. */
function presentSystems(plan: Plan, gathered: Gathered): SystemId[] {
  const wanted = new Set(plan.measures.flatMap((id) => measureOf(id).systems));
  const present: SystemId[] = [];
  for (const id of Object.keys(systems) as SystemId[]) {
    if (!wanted.has(id) || plan.systems?.includes(id) === false) continue;
    const missing = systems[id].missing();
    if (missing === null) {
      present.push(id);
      gathered.versions.set(id, systems[id].version());
      continue;
    }
    plan.tell(`${systems[id].name} isn't measured: ${missing}`);
    for (const measure of plan.measures) {
      if (measureOf(measure).systems.includes(id)) fail(gathered, measure, id, missing);
    }
  }
  return present;
}

/** All that a system does in a round at one place. */
async function takeTurn(
  plan: Plan,
  gathered: Gathered,
  here: readonly MeasureId[],
  id: SystemId,
  round: number,
): Promise<void> {
  const own = here.filter((measure) => measureOf(measure).systems.includes(id));
  const { system, endRest } = remembered(systems[id]);
  for (const measure of own.filter((each) => hasOwnLife(measureOf(each).work))) {
    const directory = freshDirectory(plan, measureOf(measure));
    const sample = await attempt(plan, gathered, measure, id, async () =>
      doLife(measureOf(measure).work, system, directory),
    );
    addSample(gathered, measure, id, round, sample);
    await endRest();
    await remove(directory);
  }
  const shared = own.filter((each) => !hasOwnLife(measureOf(each).work));
  const [first] = shared;
  if (first === undefined) return;
  const directory = freshDirectory(plan, measureOf(first));
  const running = await attempt(plan, gathered, first, id, async () => warmedUp(system, directory));
  for (const measure of shared) {
    if (running === null) {
      addSample(gathered, measure, id, round, null);
      continue;
    }
    const life = { running, directory, topic: measure };
    const sample = await attempt(plan, gathered, measure, id, async () =>
      rehearsedWork(measureOf(measure).work, system, life),
    );
    addSample(gathered, measure, id, round, sample);
  }
  await running?.end();
  await endRest();
  await remove(directory);
}

/** A system whose processes can be ended when who started them has failed before doing so. */
function remembered(system: System): { system: System; endRest: () => Promise<void> } {
  const alive = new Set<RunningSystem>();
  const start = async (directory: string): Promise<RunningSystem> => {
    const running = await system.start(directory);
    alive.add(running);
    const end = async (signal?: Signal) => {
      alive.delete(running);
      await running.end(signal);
    };
    return { ...running, end };
  };
  const endRest = async () => {
    for (const running of alive) await running.end("SIGKILL");
    alive.clear();
  };
  return { system: { ...system, start }, endRest };
}

/** Does a work on a topic of its own, which is gone then; what writes much is rehearsed. */
async function rehearsedWork(work: Work, { protocol }: System, life: Life): Promise<Sample> {
  const topics = writesMuch(work) ? [`${life.topic}-rehearsal`, life.topic] : [life.topic];
  let sample: Sample = {};
  for (const topic of topics) {
    sample = await doWork(work, protocol, { ...life, topic });
    await clients[protocol].clean({ ...life, topic });
    await Bun.sleep(PAUSE_MS);
  }
  return sample;
}

async function warmedUp(system: System, directory: string): Promise<RunningSystem> {
  const running = await system.start(directory);
  const { warmUp, clean } = clients[system.protocol];
  const life = { running, directory, topic: "warm-up" };
  await warmUp(life, system.warmUpSeconds);
  await clean(life);
  await Bun.sleep(PAUSE_MS);
  return running;
}

/** What a work gives; null when it fails, which is told and kept. */
async function attempt<T>(
  plan: Plan,
  gathered: Gathered,
  measure: MeasureId,
  id: SystemId,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    const began = performance.now();
    const done = await work();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    plan.tell(`  ${measure}, ${systems[id].name}: ${JSON.stringify(done, rounded)}, ${seconds} s`);
    return done;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    plan.tell(`  ${measure}, ${systems[id].name} failed: ${reason}`);
    fail(gathered, measure, id, reason.slice(0, 300));
    return null;
  }
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

function fail(gathered: Gathered, measure: MeasureId, id: SystemId, reason: string): void {
  const failures = gathered.failures.get(measure) ?? [];
  failures.push(`${systems[id].name}: ${reason}`);
  gathered.failures.set(measure, failures);
}

function addSample(
  { samples }: Gathered,
  measure: MeasureId,
  id: SystemId,
  round: number,
  sample: Sample | null,
): void {
  const bySystem = samples.get(measure) ?? new Map<SystemId, (Sample | null)[]>();
  const all = bySystem.get(id) ?? [];
  all[round] = sample;
  bySystem.set(id, all);
  samples.set(measure, bySystem);
}

function keep({ command, directory }: Plan, { samples, failures, versions }: Gathered): void {
  const date = new Date().toISOString().slice(0, 10);
  for (const [measure, bySystem] of samples) {
    const entries = [...bySystem].map(([id, all]) => {
      return [id, { version: versions.get(id) ?? "", samples: all }] as const;
    });
    saveResult({
      measure,
      date,
      command,
      machine: describeMachine(measureOf(measure).place === "disk" ? directory : "/dev/shm"),
      systems: Object.fromEntries(entries),
      failures: [...new Set(failures.get(measure))],
    });
  }
}

function freshDirectory({ directory }: Plan, { place }: Measure): string {
  const home = place === "disk" ? path.join(directory, "run") : TMPFS;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  return home;
}

/** Removes a directory, and waits for what the file system has to do after that. */
async function remove(directory: string): Promise<void> {
  if (existsSync(directory)) rmSync(directory, { recursive: true });
  Bun.spawnSync({ cmd: ["sync", "--file-system", path.dirname(directory)] });
  await Bun.sleep(PAUSE_MS);
}
