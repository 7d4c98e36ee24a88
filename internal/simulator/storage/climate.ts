import type { StorageLimits } from "../../storage/limits.ts";
import { drawLimits } from "../limits.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Weather } from "../weather.ts";

/** What one run is like, as its seed decides. */
export interface Climate {
  readonly weather: Weather;
  readonly lives: number;
  readonly stepsPerLife: number;
  readonly logNames: readonly string[];
  /** Of the crashes, how many are a loss of power. */
  readonly powerLosses: number;
  /** How many lives end in the middle of a disk call that their end doesn't choose. */
  readonly suddenEnds: number;
  readonly memoryLogs: number;
  readonly largestBatchBytes: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly maxOpenFiles: number;
  readonly limits: StorageLimits;
}

/** Draws a run: limits so small that every one of them is met often. */
export function drawClimate(random: SimulatedRandom): Climate {
  return {
    weather: random.pick(["fair", "fair", "full", "failing", "slow", "slow"]),
    lives: random.between(2, 6),
    stepsPerLife: random.pick([5, 20, 20, 60]),
    logNames: Array.from({ length: random.between(1, 4) }, (_, i) => `log-${i}`),
    powerLosses: random.pick([0, 0.5, 0.5, 1]),
    suddenEnds: random.pick([0, 0.5, 0.8]),
    memoryLogs: random.pick([0, 0, 0.3, 1]),
    largestBatchBytes: random.pick([300, 3000, 8000]),
    segmentBytes: random.pick([2000, 6000, 20_000]),
    segmentMs: random.pick([50, 1000, 1_000_000]),
    maxOpenFiles: random.pick([1, 3, 20]),
    limits: drawLimits(random),
  };
}
