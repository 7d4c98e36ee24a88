import type { StorageLimits } from "../../storage/limits.ts";
import { DEFAULT_LIMITS } from "../../storage/limits.ts";
import type { Machine } from "../machine.ts";
import type { SimulatedRandom } from "../random.ts";

/** What goes wrong in a run besides crashes. */
export type Weather = "fair" | "full" | "failing" | "slow";

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
  const journalFileBytes = random.pick([16, 32, 64]) * 1024;
  const directBytes = random.pick([600, 2000, 4000]);
  return {
    weather: random.pick(["fair", "fair", "fair", "full", "failing", "slow"]),
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
    limits: {
      ...DEFAULT_LIMITS,
      groupBytes: random.pick([2000, 10_000]),
      directBytes: { fsync: directBytes, memory: random.pick([directBytes, 1000]) },
      tailBytes: random.pick([500, 4000, 20_000]),
      drainedPerTurn: random.pick([1, 3]),
      checkpointAtBytes: random.pick([1, 2, 4]) * journalFileBytes,
      journalBytes: random.pick([4, 5, 8]) * journalFileBytes,
      journalFileBytes,
      firstJournalFileBytes: 8 * 1024,
      zeroFillBytes: 8 * 1024,
      sparesKept: random.pick([0, 1, 2]),
      prepareSpareAtBytes: random.pick([0, 8 * 1024]),
      spaceCheckBytes: 10_000,
      checkpointLogsPerTurn: random.pick([1, 2, 64]),
    },
  };
}

/** Changes now and then what goes wrong, as the climate says. */
export function changeWeather(
  { weather }: Climate,
  machine: Machine,
  random: SimulatedRandom,
): void {
  const { faults } = machine;
  if (weather === "full" && random.chance(0.1)) {
    const room = random.pick([0, 5000, 60_000, Number.POSITIVE_INFINITY]);
    faults.capacityBytes = machine.files.usedBytes + room;
  }
  if (weather === "slow") faults.slowness = random.pick([1, 30]);
  if (weather === "failing" && random.chance(0.05)) {
    faults.failedSyncs = random.pick([0, 0.05]);
    faults.failedWrites = random.pick([0, 0.02]);
  }
}
