import { type Limits, type Load, loadCommand, loads, runLoad } from "../loads.ts";
import type { Sample } from "../measures/figures.ts";
import type { Values, Work } from "../measures/measure.ts";
import { tools } from "../tools.ts";
import { clientOutput, createTopic, type Done, type Life } from "./life.ts";

type WorkOf<K extends Work["kind"]> = Extract<Work, { readonly kind: K }>;

/** Lets a load run for a moment before it counts. */
const MOMENT: Limits = { seconds: 0.25, bytes: 40e6 };

const FIRST_ACK: Limits = { seconds: 60, bytes: 1 };

/** What the client on librdkafka prints of producing and of reading. */
interface Transfer {
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** The raw load generator, which any broker finds harder to follow than a library. */
export async function load(
  life: Life,
  { load, limits }: WorkOf<"load">,
): Promise<() => Promise<Done>> {
  const { address } = life.running;
  await untilAcked(address, life.topic, load, MOMENT);
  return async () => {
    const { requests, bytes, seconds, p50Us, p99Us, p999Us } = await runLoad(
      address,
      life.topic,
      load,
      limits,
    );
    const rate: Sample =
      load.unit === "MB/s"
        ? { mbPerSecond: bytes / seconds / 1e6 }
        : { acksPerSecond: requests / seconds };
    return {
      sample: { ...rate, p50Ms: p50Us / 1000, p99Ms: p99Us / 1000, p999Ms: p999Us / 1000 },
      bytes,
      records: requests * load.records,
      ...(load.unit === "acks/s" ? { acks: requests } : {}),
    };
  };
}

/** Makes a topic, and has a record of one of its partitions acked; resolves with the ms it took. */
export async function firstAck(address: string, topic: string, partitions: number) {
  const began = performance.now();
  await untilAcked(address, topic, { ...loads.small, connections: 1, partitions }, FIRST_ACK);
  return performance.now() - began;
}

/** Runs a load again until all of it is acked: leaders may not know yet that they lead. */
export async function untilAcked(
  address: string,
  topic: string,
  load: Load,
  limits: Limits,
): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    try {
      await runLoad(address, topic, load, limits);
      return;
    } catch (error) {
      if (attempts === 100) throw error;
    }
  }
}

/** librdkafka's producer, as fast as it can. */
export async function produce(life: Life, work: WorkOf<"produce">): Promise<() => Promise<Done>> {
  await createTopic(life.running.address, life.topic);
  return async () => done(await transfer(producer(life, work)), true);
}

/** librdkafka's consumer, from the beginning of a topic that is filled before. */
export async function consume(life: Life, work: WorkOf<"consume">): Promise<() => Promise<Done>> {
  await createTopic(life.running.address, life.topic);
  await transfer(producer(life, { ...work, settings: ["linger.ms=5", "batch.size=1000000"] }));
  return async () => done(await transfer(consumer(life, work)), false);
}

/** Both at the same time: the consumer waits before the producer begins. */
export async function both(life: Life, work: WorkOf<"both">): Promise<() => Promise<Done>> {
  await createTopic(life.running.address, life.topic);
  return async () => {
    const reading = transfer(consumer(life, { ...work, settings: [] }));
    await Bun.sleep(1000);
    const [written, read] = await Promise.all([transfer(producer(life, work)), reading]);
    const { sample, ...counted } = done(written, true);
    return {
      ...counted,
      sample: { ...sample, consumedMbPerSecond: read.bytes / read.seconds / 1e6 },
    };
  };
}

/** librdkafka, a record a request as far as it can be, and maybe others' large batches beside. */
export async function latency(life: Life, work: WorkOf<"latency">): Promise<() => Promise<Done>> {
  const { address, bootstrap } = life.running;
  const { ratePerSecond, recordBytes, seconds, besideBytesPerSecond } = work;
  await createTopic(address, life.topic);
  return async () => {
    const others =
      besideBytesPerSecond > 0 ? startOthers(address, `${life.topic}-others`, work) : null;
    const numbers = [ratePerSecond, recordBytes, seconds].map(String);
    const settings = ["acks=all", "linger.ms=0"];
    const text = await clientOutput([
      ...[tools.rdkafka, "latency", bootstrap, life.topic],
      ...[...numbers, ...settings],
    ]);
    others?.kill();
    await others?.exited;
    const { p50Ms, p99Ms, p999Ms, records } = JSON.parse(text);
    const sample = { p99Ms, p50Ms, p999Ms } satisfies Sample;
    return { sample, bytes: records * recordBytes, records: 0, acks: records };
  };
}

/** Makes sure that the others' traffic is there from the first record on. */
function startOthers(address: string, topic: string, work: WorkOf<"latency">) {
  const { seconds, besideBytesPerSecond } = work;
  const traffic: Load = { ...loads.batches, depth: 2 };
  const limits = { seconds: seconds * 2 + 5, bytes: 0, bytesPerSecond: besideBytesPerSecond };
  return Bun.spawn({ cmd: loadCommand(address, topic, traffic, limits), stdout: "ignore" });
}

function producer(
  life: Life,
  { values, settings }: { values: Values; settings: readonly string[] },
) {
  const numbers = [values.count, values.bytes, values.sameness].map(String);
  return [tools.rdkafka, "produce", life.running.bootstrap, life.topic, ...numbers, ...settings];
}

function consumer(
  life: Life,
  { values, settings }: { values: Values; settings: readonly string[] },
) {
  const { bootstrap } = life.running;
  return [tools.rdkafka, "consume", bootstrap, life.topic, String(values.count), ...settings];
}

async function transfer(cmd: readonly string[]): Promise<Transfer> {
  return JSON.parse(await clientOutput(cmd));
}

function done({ records, bytes, seconds }: Transfer, isStored: boolean): Done {
  const sample = {
    mbPerSecond: bytes / seconds / 1e6,
    recordsPerSecond: records / seconds,
  } satisfies Sample;
  return { sample, bytes, records: isStored ? records : 0 };
}
