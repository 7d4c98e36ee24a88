import type { Figure } from "../measures/figures.ts";
import type { Result } from "../results.ts";
import { type Summary, summarize } from "../statistics.ts";
import type { SystemId } from "../systems/all.ts";

/** A figure of all rounds that have it; null, where none has. */
export function figureOf(result: Result, system: SystemId, figure: Figure): Summary | null {
  return summary(valuesOf(result, system, figure));
}

/** The rounds' own ratios of one system's figure to another's, in the same measure. */
export function ratioOf(
  result: Result,
  system: SystemId,
  other: SystemId,
  figure: Figure,
): Summary | null {
  const others = valuesOf(result, other, figure);
  return summary(
    valuesOf(result, system, figure).map((value, round) => {
      const against = others[round] ?? null;
      return value === null || against === null || against === 0 ? null : value / against;
    }),
  );
}

function valuesOf(result: Result, system: SystemId, figure: Figure): (number | null)[] {
  const samples = result.systems[system]?.samples ?? [];
  return samples.map((sample) => sample?.[figure] ?? null);
}

function summary(values: readonly (number | null)[]): Summary | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : summarize(present);
}
