import path from "node:path";
import { type Limits, type Load, type LoadResult, loads, rate, runLoad } from "./loads.ts";
import { cpuSeconds } from "./processes.ts";
import { type Pair, pairs, type System } from "./systems.ts";

export type LoadName = keyof typeof loads;

/** One system under one load, once. */
export interface Sample {
  /** In the unit of the load. */
  readonly rate: number;
  readonly p99Us: number;
  /** Processor time of the broker: seconds for each GB, or microseconds for each request. */
  readonly brokerCpu: number;
}

/** What all rounds of a pair under one load saw; the same index is the same round. */
export interface Comparison {
  readonly pair: Pair;
  readonly load: Load;
  readonly weir: Sample[];
  readonly reference: Sample[];
}

/** How much is measured. */
export interface Effort {
  readonly rounds: number;
  readonly limits: Limits;
}

const WARM_UP: Limits = { seconds: 0.25, bytes: 40e6 };

/**
 * Compares every pair under every load: A B, B A, A B and so on, so that neither always has the
 * machine as the other left it.
 */
export async function comparePairs(
  directory: string,
  { rounds, limits }: Effort,
  tell: (text: string) => void,
): Promise<Comparison[]> {
  const comparisons = pairs.flatMap((pair) =>
    Object.values(loads).map((load: Load): Comparison => ({ pair, load, weir: [], reference: [] })),
  );
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`);
    for (const pair of pairs) {
      const sides = ["weir", "reference"] as const;
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const samples = await measure(pair[side], path.join(directory, "run"), limits);
        for (const comparison of comparisons) {
          const sample = samples.get(comparison.load);
          if (comparison.pair === pair && sample !== undefined) comparison[side].push(sample);
        }
      }
    }
  }
  return comparisons;
}

/** One life of a system: started empty, warmed up, put under every load once, and removed. */
async function measure(
  system: System,
  directory: string,
  limits: Limits,
): Promise<Map<Load, Sample>> {
  const { address, pid, end } = await system.start(directory);
  const samples = new Map<Load, Sample>();
  try {
    for (const load of [loads.small, loads.batches]) {
      await runLoad(address, `warm-up-${load.records}`, load, WARM_UP);
    }
    for (const [name, load] of Object.entries(loads)) {
      await runLoad(address, name, load, WARM_UP);
      const before = cpuSeconds(pid);
      const result = await runLoad(address, name, load, limits);
      samples.set(load, sampleOf(load, result, cpuSeconds(pid) - before));
    }
  } finally {
    await end();
  }
  return samples;
}

function sampleOf(load: Load, result: LoadResult, cpu: number): Sample {
  const each = load.unit === "MB/s" ? result.bytes / 1e9 : result.requests / 1e6;
  return { rate: rate(load, result), p99Us: result.p99Us, brokerCpu: cpu / each };
}
