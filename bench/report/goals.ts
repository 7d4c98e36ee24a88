import { figureKinds } from "../measures/figures.ts";
import { type Goal, goals } from "../measures/goals.ts";
import { heldBy } from "../measures/held-by.ts";
import type { Result } from "../results.ts";
import type { Summary } from "../statistics.ts";
import { systems } from "../systems/all.ts";
import { figureOf, ratioOf } from "./summaries.ts";
import { spread, table } from "./tables.ts";

/** What was to be reached, what was, and what holds it where it wasn't. */
export function goalsSection(results: ReadonlyMap<string, Result>): string {
  const missed = new Set<string>();
  const rows = goals.map((goal) => {
    const reached = reachedOf(goal, results);
    if (reached !== null && !isMet(goal, reached)) missed.add(goal.what);
    const digits = goal.against === undefined ? figureKinds[goal.figure].digits : 2;
    return [
      goal.what,
      `${figureKinds[goal.figure].title}: ${describe(goal)}`,
      reached === null ? "not measured" : spread(reached, digits),
      reached === null ? "" : isMet(goal, reached) ? "yes" : "**no**",
    ];
  });
  const reasons = [...missed].map((what) => `- **${what}**: ${heldBy[what] ?? "not known yet"}\n`);
  const held =
    reasons.length === 0 ? "" : `\nWhat holds those that are missed:\n\n${reasons.join("")}`;
  return `## Goals\n\n${table(["What", "Goal", "Reached", "Met"], rows)}${held}`;
}

function describe({ system, against, bound, value, measure }: Goal): string {
  const own = systems[system].name;
  if (against === undefined) return `${own}, ${bound} ${value}`;
  const isOther = against.measure === undefined || against.measure === measure;
  const other = isOther ? systems[against.system].name : "its own with one";
  return `${own}, ${bound} ${value} x ${other}`;
}

function reachedOf(goal: Goal, results: ReadonlyMap<string, Result>): Summary | null {
  const { measure, figure, system, against } = goal;
  const result = results.get(measure);
  if (result === undefined) return null;
  if (against === undefined) return figureOf(result, system, figure);
  if (against.measure === undefined) return ratioOf(result, system, against.system, figure);
  const own = figureOf(result, system, figure);
  const other = results.get(against.measure);
  const base = other && figureOf(other, against.system, figure);
  if (!own || !base) return null;
  return {
    median: own.median / base.median,
    min: own.min / base.median,
    max: own.max / base.median,
  };
}

function isMet({ bound, value }: Goal, { median }: Summary): boolean {
  return bound === "at least" ? median >= value : median <= value;
}
