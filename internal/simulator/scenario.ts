import type { Scene } from "./simulate.ts";
import type { Trace } from "./trace.ts";

/**
 * A story of faults, told step by step, that a bug once made end badly: who reads it can see why.
 * What must hold always is looked at after every event, as in the runs of seeds.
 */
export interface Scenario {
  /** What it shows, as it is where nothing is wrong. */
  readonly name: string;
  readonly scene: Scene;
  /** Plays it, `seed` deciding what it leaves to chance; throws when something doesn't hold. */
  readonly play: (trace: Trace, seed: number) => void;
}
