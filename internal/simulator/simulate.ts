import { simulateBroker } from "./broker/simulation.ts";
import { simulateStorage } from "./storage/simulation.ts";
import type { SimulationSummary } from "./summary.ts";
import type { Trace } from "./trace.ts";

/**
 * Plays what the seed decides, the same each time: the storage alone for odd seeds, a whole broker
 * with its clients for even ones. Throws when something that must hold doesn't.
 */
export function simulate(seed: number, trace: Trace): SimulationSummary {
  return seed % 2 === 0 ? simulateBroker(seed, trace) : simulateStorage(seed, trace);
}
