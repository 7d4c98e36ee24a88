/**
 * The first row to show of `count` so that row `index` is among the `height` on the screen, moving
 * as little from `top` as can be, and leaving no empty lines below a list that is long enough.
 */
export function showing(index: number, top: number, count: number, height: number): number {
  const most = Math.min(index, Math.max(0, count - height));
  return clamp(top, Math.max(0, index - height + 1), Math.max(0, most));
}

/** `value`, or the bound that it is beyond; the lower one where they cross. */
export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
