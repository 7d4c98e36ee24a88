import type { SortOrder } from "../list/order.ts";
import { clamp, showing } from "../list/window.ts";

/** What is remembered of a list, as long as the screen runs. */
export interface ListMemory {
  /** The selected row by its key, so that it stays selected while rows move; null: the first. */
  selected: string | null;
  /** Where the selected row was, and the first row on the screen. */
  index: number;
  top: number;
  filter: string;
  faultsOnly: boolean;
  /** undefined: the view's own. */
  sort: SortOrder | undefined;
}

/** A list that nobody has touched. */
export function newListMemory(): ListMemory {
  return { selected: null, index: 0, top: 0, filter: "", faultsOnly: false, sort: undefined };
}

/**
 * Finds the place in a list again, after rows have come, gone or moved: the selected row stays
 * where it is on the screen; where it is gone, the row that has its place is selected.
 */
export function settle(memory: ListMemory, keys: readonly string[], height: number): void {
  const found = memory.selected === null ? memory.index : keys.indexOf(memory.selected);
  const index = clamp(found < 0 ? memory.index : found, 0, keys.length - 1);
  const top = memory.top + (index - memory.index);
  memory.index = index;
  memory.top = showing(index, top, keys.length, height);
}

/** Selects row `index`, or the nearest that there is. */
export function select(
  memory: ListMemory,
  index: number,
  keys: readonly string[],
  height: number,
): void {
  memory.index = clamp(index, 0, keys.length - 1);
  memory.selected = keys[memory.index] ?? null;
  memory.top = showing(memory.index, memory.top, keys.length, height);
}
