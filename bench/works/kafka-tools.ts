import type { KafkaTool, Values } from "../measures/measure.ts";
import { java, kafkaJars } from "../systems/jars.ts";
import { clientOutput, createTopic, type Done, type Life } from "./life.ts";

const FLAGS = ["-Xmx512m"];

/** Kafka's own tools, in the way that their documentation shows. */
export async function kafkaTool(
  life: Life,
  { tool, values }: { readonly tool: KafkaTool; readonly values: Values },
): Promise<() => Promise<Done>> {
  await createTopic(life.running.address, life.topic);
  if (tool === "ConsumerPerformance") await produce(life, values);
  return async () => await tools[tool](life, values);
}

const tools: Readonly<Record<KafkaTool, (life: Life, values: Values) => Promise<Done>>> = {
  ProducerPerformance: produce,
  ConsumerPerformance: consume,
  EndToEndLatency: latency,
};

async function produce(life: Life, { count, bytes }: Values): Promise<Done> {
  const { bootstrap } = life.running;
  const text = await run("ProducerPerformance", [
    ...["--bootstrap-server", bootstrap, "--topic", life.topic, "--throughput", "-1"],
    ...["--num-records", String(count), "--record-size", String(bytes)],
    ...["--command-property", "acks=1", "linger.ms=5", "batch.size=262144"],
  ]);
  // The last line is about all: N records sent, N records/sec (N MB/sec), N ms avg latency, ...
  const lines = text.split("\n").filter((line) => line.includes("records/sec"));
  const rate = number(/([\d.]+) records\/sec/, lines.at(-1) ?? text);
  const p99Ms = number(/([\d.]+) ms 99th/, lines.at(-1) ?? text);
  return {
    sample: { mbPerSecond: (rate * bytes) / 1e6, p99Ms },
    bytes: count * bytes,
    records: count,
  };
}

async function consume(life: Life, { count, bytes }: Values): Promise<Done> {
  const { bootstrap } = life.running;
  const text = await run("ConsumerPerformance", [
    ...["--bootstrap-server", bootstrap, "--topic", life.topic, "--num-records", String(count)],
    ...["--hide-header", "--group", `bench-${life.topic}`],
  ]);
  // start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
  const fields = text.trim().split("\n").at(-1)?.split(",") ?? [];
  const perSecond = Number(fields[9]);
  if (!(perSecond > 0)) throw new Error(`ConsumerPerformance printed: ${text}`);
  return { sample: { mbPerSecond: (perSecond * bytes) / 1e6 }, bytes: count * bytes, records: 0 };
}

async function latency(life: Life, { count, bytes }: Values): Promise<Done> {
  const { bootstrap } = life.running;
  const numbers = [String(count), "all", String(bytes)];
  const text = await run("EndToEndLatency", [bootstrap, life.topic, ...numbers]);
  const sample = {
    meanMs: number(/Avg latency: ([\d.]+)/, text),
    p99Ms: number(/99th = ([\d.]+)/, text),
    p999Ms: number(/99\.9th = ([\d.]+)/, text),
  };
  return { sample, bytes: count * bytes, records: count, acks: count };
}

async function run(tool: KafkaTool, args: readonly string[]): Promise<string> {
  return await clientOutput([...java(kafkaJars, FLAGS, `org.apache.kafka.tools.${tool}`), ...args]);
}

function number(pattern: RegExp, text: string): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`a tool printed no ${pattern.source}: ${text}`);
  return Number(found);
}
