import { simulateStorage } from "./storage/simulation.ts";
import type { SimulationSummary } from "./summary.ts";
import type { Trace } from "./trace.ts";

/**
 * Plays what the seed decides, the same each time. Throws when something that must hold doesn't.
 */
export function simulate(seed: number, trace: Trace): SimulationSummary {
  return simulateStorage(seed, trace);
}
