import { CLUSTER_SCENARIOS } from "./cluster/scenarios.ts";
import { PAIR_SCENARIOS } from "./pair/scenarios.ts";
import type { Scenario } from "./scenario.ts";

/** All stories that are told of brokers. */
export const SCENARIOS: readonly Scenario[] = [...PAIR_SCENARIOS, ...CLUSTER_SCENARIOS];

/** The scenario of this name, or the first whose name has these words. Throws if there is none. */
export function scenarioNamed(words: string): Scenario {
  const found =
    SCENARIOS.find(({ name }) => name === words) ??
    SCENARIOS.find(({ name }) => name.includes(words));
  if (!found) throw new Error(`there is no scenario "${words}"`);
  return found;
}
