import type { StorageLimits } from "../../storage/limits.ts";
import type { CompactionConfig, LogConfig } from "../../storage/partition-log.ts";
import { drawLimits } from "../limits.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Weather } from "../weather.ts";

/** What one run is like, as its seed decides. */
export interface Climate {
  readonly weather: Weather;
  readonly lives: number;
  readonly stepsPerLife: number;
  readonly powerLosses: number;
  readonly suddenEnds: number;
  readonly keyCount: number;
  readonly largestValueBytes: number;
  readonly keyMapBytes: number;
  readonly bytesPerSecond: number;
  readonly maxOpenFiles: number;
  readonly compaction: CompactionConfig;
  readonly config: LogConfig;
  readonly limits: StorageLimits;
}

/** Draws a run: segments, memory and times so small that compaction has much to do. */
export function drawClimate(random: SimulatedRandom): Climate {
  const compaction = {
    minDirtyRatio: random.pick([0, 0, 0.3]),
    deleteRetentionMs: random.pick([0, 50, 5000]),
    minLagMs: random.pick([0, 0, 20]),
    maxLagMs: random.pick([100, 1e15]),
  };
  return {
    weather: random.pick(["fair", "fair", "fair", "full", "failing", "slow"]),
    lives: random.between(2, 6),
    stepsPerLife: random.pick([10, 30, 80]),
    powerLosses: random.pick([0, 0.5, 1]),
    suddenEnds: random.pick([0.5, 0.9]),
    keyCount: random.pick([2, 10, 60]),
    largestValueBytes: random.pick([20, 300, 1500]),
    keyMapBytes: random.pick([200, 100_000]),
    bytesPerSecond: random.pick([100_000, 10 ** 9]),
    maxOpenFiles: random.pick([1, 3, 20]),
    compaction,
    config: {
      durability: "fsync",
      segmentBytes: random.pick([600, 2000, 6000]),
      segmentMs: random.pick([50, 1_000_000]),
      compaction,
    },
    limits: drawLimits(random),
  };
}
