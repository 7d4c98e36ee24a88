import type { Glyphs } from "../theme/glyphs.ts";

/**
 * The last values as a row of bars, the newest at the right, scaled to the greatest of them. Where
 * there are no values yet it is empty; a value above nothing never looks like nothing.
 */
export function sparkline(values: readonly number[], width: number, { levels }: Glyphs): string {
  const shown = values.slice(-width);
  const greatest = Math.max(0, ...shown);
  const top = levels.length - 1;
  const bars = shown.map((value) => {
    const level = greatest === 0 ? 0 : Math.ceil((value / greatest) * top);
    return levels[level] ?? "";
  });
  return bars.join("").padStart(width);
}

/** A bar of `width` cells that is full at `share` 1; at least a sign of life above 0. */
export function bar(share: number, width: number, { levels }: Glyphs): string {
  const full = levels.at(-1) ?? "";
  const cells = Math.round(Math.min(1, Math.max(0, share)) * width);
  return full.repeat(share > 0 ? Math.max(1, cells) : 0).padEnd(width);
}
