import type { InView } from "../../internal/client/api.ts";
import type { Layout } from "./layout.ts";
import type { ListMemory } from "./list-memory.ts";
import type { Screen } from "./screen.ts";

/** Rows are told of so many partitions in view, at the most; no terminal has more lines. */
const MAX_IN_VIEW = 300;

/** Which of a topic's partitions, listed by `keys`, are on the screen; null: it shows others. */
export function partitionsInView(
  screen: Screen,
  keys: readonly string[],
  { top }: ListMemory,
  { tableHeight }: Layout,
): InView | null {
  if (screen.view !== "partitions" || keys.length === 0) return null;
  const shown = keys.slice(top, top + Math.min(tableHeight, MAX_IN_VIEW));
  return { topic: screen.topic, partitions: shown.map(Number) };
}
