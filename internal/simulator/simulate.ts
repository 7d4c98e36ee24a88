import { simulateCluster } from "./cluster/simulation.ts";
import { simulateBroker } from "./lone/simulation.ts";
import { simulatePair } from "./pair/simulation.ts";
import { simulateStorage } from "./storage/simulation.ts";
import type { SimulationSummary } from "./summary.ts";
import type { Trace } from "./trace.ts";

/**
 * What is simulated: one broker or its storage, a pair of brokers, a cluster, or one in which
 * copies are moved from broker to broker.
 */
export type Scene = "single" | "pair" | "cluster" | "moves";

/**
 * Plays what the seed decides, the same each time. With a `single` broker that is the storage alone
 * for odd seeds, and a whole broker with its clients for even ones. Throws when something that must
 * hold doesn't.
 */
export function simulate(scene: Scene, seed: number, trace: Trace): SimulationSummary {
  if (scene === "pair") return simulatePair(seed, trace);
  if (scene === "cluster" || scene === "moves") {
    return simulateCluster(seed, trace, scene === "moves");
  }
  return seed % 2 === 0 ? simulateBroker(seed, trace) : simulateStorage(seed, trace);
}
