import type { Sample } from "../measures/figures.ts";
import type { Work } from "../measures/measure.ts";
import type { Protocol, System } from "../systems/system.ts";
import { clients } from "./clients.ts";
import { type Life, withCosts } from "./life.ts";
import { restart, start, topics } from "./lives.ts";

/** Whether a work starts and ends its system itself. */
export function hasOwnLife({ kind }: Work): boolean {
  return kind === "start" || kind === "restart" || kind === "topics";
}

/**
 * Whether a work has to be rehearsed. A virtual machine gives back to its host what has been free
 * for two seconds, and the first touch of what it must get again (0.4 GB/s, measured) costs more
 * than any broker: without a rehearsal all look alike, or the one wins that runs after a deletion.
 * What was written in the same pieces and deleted just before leaves the memory that is needed
 * next: 1.0-2.1 GB/s where it was 0.3-0.4 (freeing memory of another kind, anonymous, of a memfd,
 * of a file written in other pieces, mostly didn't help).
 */
export function writesMuch(work: Work): boolean {
  if (work.kind === "load") return work.load.unit === "MB/s";
  if (work.kind === "kafka-tool") return work.tool === "ProducerPerformance";
  return work.kind === "produce" || work.kind === "both";
}

/** Does a work of the kind that starts and ends its system, on an empty directory. */
export async function doLife(work: Work, system: System, directory: string): Promise<Sample> {
  if (work.kind === "start") return await start(system, directory);
  if (work.kind === "restart") return await restart(system, directory, work.storedBytes);
  if (work.kind === "topics") return await topics(system, directory, work);
  throw new Error(`${work.kind} isn't a life`);
}

/** Does a work to a system that runs: what isn't counted first, then what is. */
export async function doWork(work: Work, protocol: Protocol, life: Life): Promise<Sample> {
  return await withCosts(life, await clients[protocol].prepare(work, life));
}
