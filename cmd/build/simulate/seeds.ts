import { scenarioNamed } from "../../../internal/simulator/scenarios.ts";
import { type Scene, simulate } from "../../../internal/simulator/simulate.ts";
import type { SimulationSummary } from "../../../internal/simulator/summary.ts";
import { Trace } from "../../../internal/simulator/trace.ts";

/**
 * Which seeds of which scene to run: `from`, and each `step` further on, `count` in all. With a
 * scenario, by its name, they decide what that leaves to chance.
 */
export interface SeedRange {
  readonly scene: Scene;
  readonly scenario?: string;
  readonly from: number;
  readonly count: number;
  readonly step: number;
}

/** How a scene is asked for on the command line. */
export function sceneOption(scene: Scene): readonly string[] {
  const options = {
    single: [],
    pair: ["--pairs"],
    cluster: ["--clusters"],
    moves: ["--moves"],
  };
  return options[scene];
}

/** What one seed came to: a summary, or why it failed. */
export interface Outcome {
  readonly seed: number;
  readonly summary: SimulationSummary | null;
  readonly failure: string | null;
}

/** Runs seeds one after the other, until `tell` doesn't want more. */
export async function runSeeds(
  { scene, scenario, from, count, step }: SeedRange,
  tell: (outcome: Outcome) => boolean,
): Promise<void> {
  const story = scenario === undefined ? null : scenarioNamed(scenario);
  let unhandled: unknown = null;
  const note = (error: unknown) => {
    unhandled ??= error;
  };
  process.on("unhandledRejection", note);
  for (let i = 0; i < count; i++) {
    const seed = from + i * step;
    let summary: SimulationSummary | null = null;
    let failure: unknown = null;
    try {
      if (story) story.play(new Trace(), seed);
      else summary = simulate(scene, seed, new Trace());
    } catch (error) {
      failure = error;
    }
    await nextTurn(); // a promise that was rejected and left alone is told only then
    failure ??= unhandled;
    unhandled = null;
    const message = failure instanceof Error ? failure.message : String(failure);
    if (!tell({ seed, summary, failure: failure === null ? null : message })) break;
  }
  process.off("unhandledRejection", note);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
