import { type Command, Option } from "commander";
import type { Codec, Producer } from "../internal/client/producer-api.ts";
import { withClient } from "./connection.ts";
import { noPartition, usageError } from "./errors.ts";
import { callExits, checked, checkedList, type GlobalOptions, verb } from "./options.ts";
import { parsePair, parseWhole } from "./parse/values.ts";
import { jsonLines, keyedLines, type LineToRecord, valueLines } from "./produce/line-record.ts";
import { receiptShape } from "./produce/receipts.ts";
import { ProduceRun } from "./produce/run.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

/** How long a batch waits for its ack unless told otherwise: as Kafka's producers do. */
const defaultAckTimeoutMs = 30_000;

/** Acks as the Kafka protocol counts them. */
export const acksByName = { all: -1, "1": 1, "0": 0 } as const;

interface ProduceOptions extends GlobalOptions {
  readonly key?: string;
  readonly keyDelimiter?: string;
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly partition?: number;
  readonly acks: keyof typeof acksByName;
  readonly input: "lines" | "ndjson";
  readonly compression: Codec;
  readonly output?: "none" | "ndjson";
}

/** `weir produce`: a record a line of stdin. */
export function produceVerb(stdio: Stdio): Command {
  return verb("produce <topic>", "Write records from stdin, one a line, to a topic", {
    examples: [
      "seq 1000 | weir produce numbers",
      "echo 'sku-7:{\"price\":3}' | weir produce prices -K :",
      "weir consume orders -o ndjson | weir -b b2:9092 produce orders --input ndjson",
      "weir produce orders --json < orders.txt    # prints a receipt for each batch",
    ],
    json: receiptShape,
    exits: callExits,
  })
    .option("-k, --key <key>", "the key of every record")
    .option("-K, --key-delimiter <text>", "what separates key and value in a line")
    .option(
      "-H, --header <name=value>",
      "a header of every record; repeatable",
      checkedList(parsePair),
    )
    .option(
      "-p, --partition <number>",
      "the partition to write to (default: by key)",
      checked((text) => parseWhole(text, 0, 0x7fff_ffff)),
    )
    .addOption(
      new Option("--acks <acks>", "whose copy to wait for")
        .choices(["0", "1", "all"])
        .default("all"),
    )
    .addOption(
      new Option("--input <format>", "what a line is: a value, or a record as JSON")
        .choices(["lines", "ndjson"])
        .default("lines"),
    )
    .addOption(
      new Option(
        "-o, --output <receipts>",
        "print a receipt for each batch (default: none)",
      ).choices(["none", "ndjson"]),
    )
    .addOption(
      new Option("--compression <codec>", "how to compress batches")
        .choices(["none", "gzip", "snappy", "lz4", "zstd"])
        .default("none"),
    )
    .action(async (topic: string, _: unknown, command: Command) => {
      await produce(stdio, topic, command.optsWithGlobals<ProduceOptions>());
    });
}

async function produce(stdio: Stdio, topic: string, options: ProduceOptions): Promise<void> {
  const toRecord = lineToRecord(options);
  if (stdio.inputIsTerminal) {
    stdio.note("reading records from the terminal, one a line; Ctrl-D ends");
  }
  const stop = takeSignals(stdio.out);
  await withClient(
    options,
    async (client) => {
      const { output = options.json === true ? "ndjson" : "none" } = options;
      const run = new ProduceRun(stdio, output === "ndjson");
      const producer = await run.open(client, topic, {
        acks: acksByName[options.acks],
        compression: options.compression,
        timeoutMs: options.timeout ?? defaultAckTimeoutMs,
      });
      checkPartition(producer, options.partition);
      await run.sendLines(producer, toRecord, stop);
    },
    stop,
  );
}

function checkPartition({ topic, partitionCount }: Producer, partition: number | undefined) {
  if (partition === undefined || partition < partitionCount) return;
  throw noPartition(topic, partition, partitionCount);
}

function lineToRecord(options: ProduceOptions): LineToRecord {
  const { key, keyDelimiter, header, partition, input } = options;
  if (input === "ndjson") {
    if (key === undefined && keyDelimiter === undefined && header === undefined) {
      return jsonLines(partition);
    }
    throw usageError("-k, -K and -H are for --input lines: records as JSON have their own.");
  }
  if (key !== undefined && keyDelimiter !== undefined) {
    throw usageError("-k gives every record one key, -K takes each from its line: choose one.");
  }
  if (keyDelimiter === "") throw usageError("-K needs at least one character.");
  const encoder = new TextEncoder();
  const template = {
    key: key === undefined ? null : encoder.encode(key),
    headers: (header ?? []).map(([name, value]) => [name, encoder.encode(value)] as const),
    ...(partition === undefined ? {} : { partition }),
  };
  if (keyDelimiter === undefined) return valueLines(template);
  return keyedLines(template, encoder.encode(keyDelimiter));
}
