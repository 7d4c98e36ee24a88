import { loads, runLoad } from "../loads.ts";
import type { Sample } from "../measures/figures.ts";
import { cpuSeconds, residentBytes } from "../processes.ts";
import type { RunningSystem, System } from "../systems/system.ts";
import { clients } from "./clients.ts";
import { firstAck, untilAcked } from "./kafka.ts";
import { createTopic, sum } from "./life.ts";

const SETTLE_MS = 3000;
const IDLE_MS = 5000;
const TOPIC = "first";

/** A life that begins on an empty directory and then only waits; without its client's start. */
export async function start(system: System, directory: string): Promise<Sample> {
  const began = performance.now();
  const running = await system.start(directory);
  const servesMs = performance.now() - began;
  const ackMs = await clients[system.protocol].first({ running, directory, topic: TOPIC });
  await Bun.sleep(SETTLE_MS);
  const before = cpuOf(running);
  await Bun.sleep(IDLE_MS);
  const idleCpuPercent = ((cpuOf(running) - before) / IDLE_MS) * 1e5;
  const idleMb = residentMb(running);
  await running.end();
  return { startMs: servesMs + ackMs, idleMb, idleCpuPercent };
}

/** Stored bytes, and what they cost the next start: in good order, and after a kill. */
export async function restart(
  system: System,
  directory: string,
  storedBytes: number,
): Promise<Sample> {
  const { running } = await startToAck(system, directory, TOPIC, 1);
  const partitions = 8;
  // A leader that is told of may not know yet that it leads.
  const first = { ...loads.small, partitions };
  await untilAcked(running.address, "stored", first, { seconds: 0.2, bytes: 0 });
  const stored = { ...loads.batches, partitions };
  await runLoad(running.address, "stored", stored, { seconds: 120, bytes: storedBytes });
  const loadedMb = residentMb(running);
  return { ...(await lives(system, directory, running, 1)), loadedMb };
}

/** Topics with many partitions: made, each partition written to, and found again. */
export async function topics(
  system: System,
  directory: string,
  { topics: count, partitions }: { readonly topics: number; readonly partitions: number },
): Promise<Sample> {
  const { running } = await startToAck(system, directory, "warm-up", 1);
  const names = [TOPIC, ...Array.from({ length: count - 1 }, (_, i) => `topic-${i}`)];
  const began = performance.now();
  for (const name of names) await createTopic(running.address, name, partitions);
  const createSeconds = (performance.now() - began) / 1000;
  for (const name of names) {
    // At least one batch to each partition: they take turns.
    const once = { ...loads.small, connections: 10, partitions };
    await untilAcked(running.address, name, once, { seconds: 120, bytes: partitions * 250 });
  }
  const loadedMb = residentMb(running);
  return { createSeconds, ...(await lives(system, directory, running, partitions)), loadedMb };
}

/** Stops a system and starts it, kills it and starts it; ends it for good. */
async function lives(
  system: System,
  directory: string,
  running: RunningSystem,
  partitions: number,
): Promise<Sample> {
  await running.end("SIGTERM");
  const stopped = await startToAck(system, directory, TOPIC, partitions);
  await untilAcked(
    stopped.running.address,
    TOPIC,
    { ...loads.small, partitions },
    {
      seconds: 0.5,
      bytes: 0,
    },
  );
  await stopped.running.end("SIGKILL");
  const killed = await startToAck(system, directory, TOPIC, partitions);
  await killed.running.end();
  return { afterKillMs: killed.ms, restartMs: stopped.ms };
}

/** Starts a system; resolves when all partitions of a topic have leaders and one has acked. */
async function startToAck(system: System, directory: string, topic: string, partitions: number) {
  const began = performance.now();
  const running = await system.start(directory);
  await firstAck(running.address, topic, partitions);
  return { running, ms: performance.now() - began };
}

function cpuOf(running: RunningSystem): number {
  return sum(running.pids.map(cpuSeconds));
}

function residentMb(running: RunningSystem): number {
  return sum(running.pids.map((pid) => residentBytes(pid).total)) / 1e6;
}
