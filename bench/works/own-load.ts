import type { Work } from "../measures/measure.ts";
import { clientOutput, type Done, type Life } from "./life.ts";

/**
 * A program of ours on a broker's own client library: clients/nats.go and clients/java say what it
 * is asked. `command` starts it, and the arguments are added.
 */
export interface OwnLoad {
  readonly name: string;
  command(directory: string): readonly string[];
}

/** What it prints: all records that the broker took or gave, and figures of those that count. */
interface Printed {
  readonly records: number;
  readonly bytes: number;
  readonly perSecond: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly p999Ms?: number;
}

/** Makes a topic; resolves with the work that counts. */
export async function prepare(load: OwnLoad, work: Work, life: Life): Promise<() => Promise<Done>> {
  const run = async (mode: string, ...numbers: number[]): Promise<Printed> =>
    JSON.parse(await output(load, life, mode, ...numbers));
  await run("create");
  switch (work.kind) {
    case "load": {
      const { connections, recordBytes } = work.load;
      return async () => {
        const seconds = Math.ceil(work.limits.seconds);
        return waited(await run("wait", connections, recordBytes, seconds));
      };
    }
    case "produce":
      return async () => moved(await run("publish", work.values.count, work.values.bytes), true);
    case "consume":
      await run("publish", work.values.count, work.values.bytes);
      return async () => moved(await run("consume", work.values.count), false);
    case "latency": {
      const { ratePerSecond, recordBytes, seconds } = work;
      return async () => {
        const printed = await run("latency", ratePerSecond, recordBytes, seconds);
        return { ...waited(printed), sample: latencies(printed), records: 0 };
      };
    }
    default:
      throw new Error(`${load.name} has no load of the kind ${work.kind}`);
  }
}

/** Deletes a topic. */
export async function clean(load: OwnLoad, life: Life): Promise<void> {
  await output(load, life, "delete");
}

/** Makes a topic and sends a first record; resolves with the ms until its ack. */
export async function first(load: OwnLoad, life: Life, recordBytes: number): Promise<number> {
  const { seconds } = JSON.parse(await output(load, life, "first", recordBytes));
  return seconds * 1000;
}

async function output(
  load: OwnLoad,
  { running, directory, topic }: Life,
  mode: string,
  ...numbers: number[]
): Promise<string> {
  const args = [running.address, topic, mode, ...numbers.map(String)];
  const text = await clientOutput([...load.command(directory), ...args]);
  // RocketMQ's library tells of itself before.
  return text.trim().split("\n").at(-1) ?? "";
}

function latencies({ p50Ms = 0, p99Ms = 0, p999Ms = 0 }: Printed) {
  return { p50Ms, p99Ms, p999Ms };
}

function waited(printed: Printed): Done {
  const { records, bytes, perSecond } = printed;
  const sample = { acksPerSecond: perSecond, ...latencies(printed) };
  return { sample, bytes, records, acks: records };
}

function moved({ records, bytes, perSecond }: Printed, isStored: boolean): Done {
  const mbPerSecond = (perSecond * bytes) / records / 1e6;
  const sample = { mbPerSecond, recordsPerSecond: perSecond };
  return { sample, bytes, records: isStored ? records : 0 };
}
