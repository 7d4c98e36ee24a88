import { output } from "../../interop/command.ts";
import type { Sample } from "../measures/figures.ts";
import { cpuSeconds, residentBytes } from "../processes.ts";
import type { RunningSystem } from "../systems/system.ts";
import { tools } from "../tools.ts";

/** How long a client may take. */
const TIMEOUT_MS = 240_000;

/** With fewer, what a system allocates ahead would count for more than what a record takes. */
const TELLING_BYTES = 10e6;

/** A system at work on a directory. */
export interface Life {
  readonly running: RunningSystem;
  readonly directory: string;
  /** A topic, queue or stream that isn't there yet. */
  readonly topic: string;
}

/** What a client did: what it counted, and its own figures of it. */
export interface Done {
  readonly sample: Sample;
  /** Of the records' values, that the broker took or gave. */
  readonly bytes: number;
  /** That were stored. */
  readonly records: number;
  /** Answered requests, where they are what counts. */
  readonly acks?: number;
}

/** Runs a client to its end; resolves with what it printed. */
export async function clientOutput(cmd: readonly string[]): Promise<string> {
  return await output(cmd, { timeoutMs: TIMEOUT_MS });
}

/** Makes a topic in a broker that speaks Kafka's protocol. */
export async function createTopic(address: string, topic: string, partitions = 1): Promise<void> {
  await clientOutput([tools.load, address, topic, "create", String(partitions)]);
}

/** Adds what the work cost the system to what its client saw. */
export async function withCosts(life: Life, work: () => Promise<Done>): Promise<Sample> {
  const cpu = (): number => sum(life.running.pids.map(cpuSeconds));
  const [cpuBefore, diskBefore] = [cpu(), diskBytes(life.directory)];
  const { sample, bytes, records, acks } = await work();
  const cpuUsed = cpu() - cpuBefore;
  const stored = diskBytes(life.directory) - diskBefore;
  const loaded = sum(life.running.pids.map((pid) => residentBytes(pid).total));
  return {
    ...sample,
    ...(acks === undefined
      ? { cpuSecondsPerGb: (cpuUsed / bytes) * 1e9 }
      : { cpuUsPerAck: (cpuUsed / acks) * 1e6 }),
    ...(records > 0 && bytes >= TELLING_BYTES && stored > 0
      ? { diskBytesPerRecord: stored / records }
      : {}),
    loadedMb: loaded / 1e6,
  };
}

/** The blocks that a directory takes. */
function diskBytes(directory: string): number {
  const { stdout } = Bun.spawnSync({ cmd: ["du", "-s", "--block-size=1", directory] });
  return Number.parseInt(stdout.toString(), 10);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
