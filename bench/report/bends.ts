import type { Summary } from "../statistics.ts";
import { decimal } from "./tables.ts";

/** What a line does between some of its points. */
export type Direction = "rises" | "level" | "falls";

/** Neighbouring steps of one direction. */
interface Stretch {
  readonly direction: Direction;
  readonly to: number;
  /** The last median to the first. */
  readonly factor: number;
}

/** Smaller changes of the median count as none. */
const TOLERANCE = 0.1;

/**
 * Says where a line rises, is level and falls, and which of that there is. A step is level, too,
 * where the rounds' values before and after it overlap: its factor tells what adds up.
 */
export function describeLine(
  points: readonly number[],
  values: readonly Summary[],
): { text: string; directions: ReadonlySet<Direction> } {
  const stretches: Stretch[] = [];
  for (const [i, after] of values.entries()) {
    const before = values[i - 1];
    const to = points[i];
    if (before === undefined || to === undefined) continue;
    const direction = directionOf(before, after);
    const factor = after.median / before.median;
    const last = stretches.at(-1);
    if (last?.direction !== direction) stretches.push({ direction, to, factor });
    else stretches[stretches.length - 1] = { direction, to, factor: last.factor * factor };
  }
  const words = stretches.map(({ direction, to, factor }) => {
    const what = direction === "level" ? "is level" : direction;
    return `${what} to ${decimal(to, 0)} (x ${decimal(factor, 2)})`;
  });
  return {
    text: `from ${decimal(points[0] ?? 0, 0)} on it ${words.join(", ")}`,
    directions: new Set(stretches.map(({ direction }) => direction)),
  };
}

function directionOf(before: Summary, after: Summary): Direction {
  const isWithin = before.min <= after.max && after.min <= before.max;
  const factor = after.median / before.median;
  if (isWithin || Math.abs(factor - 1) < TOLERANCE) return "level";
  return factor > 1 ? "rises" : "falls";
}
