import type { Work } from "../measures/measure.ts";
import { natsLoad } from "../systems/nats.ts";
import { clientOutput, type Done, type Life } from "./life.ts";

/** What the load prints. */
interface Printed {
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly p999Ms?: number;
}

/** Makes a stream; resolves with the work that counts. */
export async function prepareNats(work: Work, life: Life): Promise<() => Promise<Done>> {
  await run(life, "create");
  switch (work.kind) {
    case "load": {
      const { connections, recordBytes } = work.load;
      return async () =>
        waited(await run(life, "wait", connections, recordBytes, work.limits.seconds));
    }
    case "produce":
      return async () => moved(await publish(life, work.values), true);
    case "consume":
      await publish(life, work.values);
      return async () => moved(await run(life, "consume", work.values.count), false);
    case "latency": {
      const { ratePerSecond, recordBytes, seconds } = work;
      return async () => {
        const printed = await run(life, "latency", ratePerSecond, recordBytes, seconds);
        return { ...waited(printed), sample: latencies(printed), records: 0 };
      };
    }
    default:
      throw new Error(`NATS has no load of the kind ${work.kind}`);
  }
}

/** Makes sure that nothing of a stream is left. */
export async function deleteStream(life: Life): Promise<void> {
  await run(life, "delete");
}

async function publish(life: Life, { count, bytes }: { count: number; bytes: number }) {
  return await run(life, "publish", count, bytes);
}

async function run({ running, topic }: Life, mode: string, ...numbers: number[]): Promise<Printed> {
  const cmd = [natsLoad, running.address, topic, mode, ...numbers.map(String)];
  return JSON.parse(await clientOutput(cmd));
}

function latencies({ p50Ms = 0, p99Ms = 0, p999Ms = 0 }: Printed) {
  return { p50Ms, p99Ms, p999Ms };
}

function waited(printed: Printed): Done {
  const { records, bytes, seconds } = printed;
  const sample = { acksPerSecond: records / seconds, ...latencies(printed) };
  return { sample, bytes, records, acks: records };
}

function moved({ records, bytes, seconds }: Printed, isStored: boolean): Done {
  const sample = { mbPerSecond: bytes / seconds / 1e6, recordsPerSecond: records / seconds };
  return { sample, bytes, records: isStored ? records : 0 };
}
