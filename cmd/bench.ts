import { type Command, Option } from "commander";
import type { Client } from "../internal/client/api.ts";
import type { Codec } from "../internal/client/producer-api.ts";
import type { Load } from "./bench/load.ts";
import { benchListing, benchShape, type Measured } from "./bench/report.ts";
import { measureBoth, measureConsume, measureProduce } from "./bench/run.ts";
import { STAMP_BYTES, Stamps } from "./bench/stamp.ts";
import { withClient } from "./connection.ts";
import { usageError } from "./errors.ts";
import {
  callExits,
  checked,
  type ListingOptions,
  listingFormat,
  listingOption,
  verb,
} from "./options.ts";
import { printListing } from "./output/listing.ts";
import { ParseError, parseDurationMs, parseSizeBytes, parseWhole } from "./parse/values.ts";
import { acksByName } from "./produce.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

interface BenchOptions extends ListingOptions {
  readonly only?: "produce" | "consume";
  readonly size: number;
  readonly rate?: number;
  readonly records?: number;
  readonly duration: number;
  readonly connections: number;
  readonly partitions: number;
  readonly acks: keyof typeof acksByName;
  readonly batch: number;
  readonly linger: number;
  readonly compression: Codec;
}

const MAX_CONNECTIONS = 1000;
/** What a record and its batch need besides the value, at the most. */
const RECORD_HEAD_BYTES = 1024;

/** `weir bench`: a load, and what the broker makes of it. */
export function benchVerb(stdio: Stdio): Command {
  const command = verb("bench [topic]", "Load the broker, and measure how it bears it", {
    examples: [
      "weir bench                                  # writes and reads for 10 seconds",
      "weir bench --size 1kB --rate 5000 --acks all",
      "weir bench --only produce --connections 8 --duration 30s --json",
      "weir bench orders --only consume            # reads what is there",
    ],
    json: benchShape,
    exits: callExits,
  });
  for (const option of [...loadOptions(), ...producerOptions()]) command.addOption(option);
  return command
    .addOption(listingOption())
    .addHelpText("after", explanation)
    .action(async (topic: string | undefined, _: unknown, verbCommand: Command) => {
      await bench(stdio, topic, verbCommand.optsWithGlobals<BenchOptions>());
    });
}

const explanation = `
Without a topic it makes one, and removes it at the end. Latencies are from
sending to the ack, and from sending to the reader; with --rate from when a
record was due, so what had to wait counts. CLIENT-CPU says what the load itself
took: near 100% it measures the load, not the broker.`;

function loadOptions(): Option[] {
  const count = (most: number) => checked((text) => parseWhole(text, 1, most));
  return [
    new Option("--only <step>", "write only, or read only (default: both at once)").choices([
      "produce",
      "consume",
    ]),
    new Option("--size <bytes>", "of a record's value")
      .default(1000, "1kB")
      .argParser(checked((text) => parseBytes(text, STAMP_BYTES))),
    new Option("--rate <count>", "records a second (default: as many as it takes)").argParser(
      count(1e9),
    ),
    new Option("--records <count>", "stop after so many records").argParser(count(1e15)),
    new Option("--duration <time>", "how long, without --records").default(10_000, "10s").argParser(
      checked((text) => {
        const durationMs = parseDurationMs(text);
        if (durationMs > 0) return durationMs;
        throw new ParseError("It must be longer than nothing.");
      }),
    ),
    new Option("--connections <count>", "that write, and as many that read")
      .default(1)
      .argParser(count(MAX_CONNECTIONS)),
    new Option("--partitions <count>", "of the topic that it makes")
      .default(6)
      .argParser(count(10_000)),
  ];
}

function producerOptions(): Option[] {
  return [
    new Option("--acks <acks>", "whose copy to wait for").choices(["0", "1", "all"]).default("all"),
    new Option("--batch <bytes>", "how large batches may grow")
      .default(64 * 1024, "64KiB")
      .argParser(checked((text) => parseBytes(text, 1))),
    new Option("--linger <time>", "how long a batch waits for more records")
      .default(0, "0ms")
      .argParser(checked(parseDurationMs)),
    new Option("--compression <codec>", "how to compress batches; values are random bytes")
      .choices(["none", "gzip", "snappy", "lz4", "zstd"])
      .default("none"),
  ];
}

/** `1kB`, or a plain number of bytes. */
function parseBytes(text: string, least: number): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : parseSizeBytes(text);
  const most = 8 * 1024 * 1024;
  if (bytes >= least && bytes <= most) return bytes;
  throw new ParseError(`It must be from ${least} bytes to 8MiB.`);
}

async function bench(stdio: Stdio, given: string | undefined, options: BenchOptions) {
  if (options.only === "consume" && options.rate !== undefined) {
    throw usageError("--rate is for writing, and --only consume writes nothing.");
  }
  const stop = takeSignals(stdio.out);
  await withClient(options, async (client) => {
    const topic = given ?? (await makeTopic(client, options));
    try {
      const { partitionCount } = await client.describeTopic(topic);
      const load = loadOf(topic, partitionCount, options);
      const rows = await measure(stdio, load, options.only, given === undefined, stop);
      printListing(stdio.out, listingFormat(options), benchListing(rows));
    } finally {
      if (given === undefined) await client.deleteTopic(topic);
    }
  });
}

async function measure(
  stdio: Stdio,
  load: Load,
  only: BenchOptions["only"],
  isEmpty: boolean,
  stop: AbortSignal,
): Promise<Measured[]> {
  if (only === "produce") return measureProduce(stdio, load, stop);
  if (only === undefined) return measureBoth(stdio, load, stop);
  if (isEmpty) await measureProduce(stdio, load, stop); // something to read
  return measureConsume(stdio, load, stop);
}

async function makeTopic(client: Client, { partitions }: BenchOptions): Promise<string> {
  const name = `weir-bench-${crypto.randomUUID().slice(0, 8)}`;
  const made = { name, partitionCount: partitions, replicationFactor: null, config: new Map() };
  await client.createTopic(made);
  return name;
}

function loadOf(topic: string, partitionCount: number, options: BenchOptions): Load {
  const { size, rate, records, duration, connections, acks, batch, linger } = options;
  return {
    topic,
    partitionCount,
    connect: options,
    connections,
    valueBytes: size,
    rate: rate ?? null,
    recordCount: records ?? Number.POSITIVE_INFINITY,
    // Who says how many wants them all, however long that takes.
    durationMs: records === undefined ? duration : Number.POSITIVE_INFINITY,
    acks: acksByName[acks],
    batchBytes: Math.max(batch, size + RECORD_HEAD_BYTES),
    lingerMs: linger,
    compression: options.compression,
    stamps: new Stamps(size),
  };
}
