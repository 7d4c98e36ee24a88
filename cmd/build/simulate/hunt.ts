import type { Scene } from "../../../internal/simulator/simulate.ts";
import { runInChild } from "./child.ts";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";
import type { Outcome, SeedRange } from "./seeds.ts";
import { Tally } from "./tally.ts";

/** How often one mutant was found. */
export interface Found {
  readonly name: string;
  readonly seeds: number;
  readonly failed: number;
  /** Null: it wasn't. */
  readonly firstSeed: number | null;
  /** What the first seed that found it said. */
  readonly message: string;
}

/**
 * Plants one bug after the other and runs what it is known by, if few seeds find it, and the seeds
 * from 1 on: `seeds` of them, and if none has found it, up to `most`.
 */
export async function hunt(
  seeds: number,
  most: number,
  isWanted: (mutant: Mutant) => boolean,
  tell: (found: Found) => void,
): Promise<void> {
  for (const { name, scene, finder } of MUTANTS.filter(isWanted)) {
    const tally = new Tally();
    const tellOne = (outcome: Outcome) => {
      tally.add(outcome);
      return tally.seeds < seeds || tally.failures.length === 0;
    };
    if (finder !== null) await runInChild(rangeOf(scene, finder), name, tellOne);
    await runInChild({ scene, from: 1, count: most, step: 1 }, name, tellOne);
    const [firstSeed = null] = tally.failedSeeds;
    const first = tally.failures.find(({ seeds: failed }) => failed[0] === firstSeed);
    const message = (first?.message ?? "").split("\n")[0] ?? "";
    tell({ name, seeds: tally.seeds, failed: tally.failedSeeds.length, firstSeed, message });
  }
}

/** The one run that finds a bug: of a seed, or of a scenario by its name. */
export function rangeOf(scene: Scene, finder: string | number): SeedRange {
  const one = { scene, count: 1, step: 1 };
  if (typeof finder === "number") return { ...one, from: finder };
  return { ...one, scenario: finder, from: 1 };
}
