import { type Command, Option } from "commander";
import { withClient } from "./connection.ts";
import { type AppendRecord, printRecords } from "./consume/print.ts";
import { findPartitions } from "./consume/targets.ts";
import { usageError } from "./errors.ts";
import { checked, checkedList, type GlobalOptions, verb } from "./options.ts";
import type { Output } from "./output/output.ts";
import { type Position, parseFrom, parseUntil } from "./parse/position.ts";
import { parseWhole } from "./parse/values.ts";
import { appendRecord, defaultFormat, parseFormat, type RecordFormat } from "./records/format.ts";
import { recordLine } from "./records/ndjson.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

interface ConsumeOptions extends GlobalOptions {
  readonly partition?: readonly number[];
  readonly from: Position;
  readonly until?: Position;
  readonly count?: number;
  readonly follow?: true;
  readonly format?: RecordFormat;
  readonly output?: "text" | "ndjson";
}

/** `weir consume`: the records of some topics, to stdout. */
export function consumeVerb(stdio: Stdio): Command {
  const startedAtMs = Date.now();
  return verb("consume <topics...>", "Print the records of topics, then end (or follow them)", [
    "weir consume orders                         # all there is now",
    "weir consume orders --from -10              # the last 10 of each partition",
    "weir consume orders -f --from end           # what comes from now on",
    "weir consume orders --from @-1h --until @now --format '%d %k %v\\n'",
    "weir consume orders -o ndjson | jq -r .value",
  ])
    .option(
      "-p, --partition <number>",
      "only this partition; repeatable",
      checkedList((text) => parseWhole(text, 0, 0x7fff_ffff)),
    )
    .addOption(
      new Option("--from <position>", "where to begin: start, end, OFFSET, -N or @TIME")
        .default({ kind: "start" } satisfies Position, "start")
        .argParser(checked((text) => parseFrom(text, startedAtMs))),
    )
    .option(
      "--until <position>",
      "where to stop: end, OFFSET (not included) or @TIME (default: end)",
      checked((text) => parseUntil(text, startedAtMs)),
    )
    .option(
      "-n, --count <count>",
      "stop after so many records",
      checked((text) => parseWhole(text, 0, Number.MAX_SAFE_INTEGER)),
    )
    .option("-f, --follow", "wait for more instead of stopping at the end")
    .option(
      "--format <format>",
      `what to print of a record; see 'weir help format' (default: "${defaultFormat}")`,
      checked(parseFormat),
    )
    .addOption(
      new Option("-o, --output <kind>", "text, or a record as JSON a line (default: text)").choices(
        ["text", "ndjson"],
      ),
    )
    .action(async (topics: string[], _: unknown, command: Command) => {
      await consume(stdio, topics, command.optsWithGlobals<ConsumeOptions>());
    });
}

async function consume(
  stdio: Stdio,
  topics: readonly string[],
  options: ConsumeOptions,
): Promise<void> {
  const append = appender(stdio.out, options);
  checkEnd(options);
  if (options.count === 0) return;
  const stop = takeSignals();
  await withClient(
    options,
    async (client) => {
      const partitions = await findPartitions(client, {
        topics,
        partitions: options.partition ?? [],
        from: options.from,
        until: options.until ?? null,
        follow: options.follow === true,
      });
      const reader = await client.openReader({ partitions }, { signal: stop });
      await printRecords(stdio, reader, {
        append,
        limit: options.count ?? Number.POSITIVE_INFINITY,
        partitionCount: partitions.length,
      });
    },
    stop,
  );
}

function checkEnd({ follow, until }: ConsumeOptions): void {
  if (follow !== true || until === undefined || until.kind === "offset") return;
  throw usageError("-f goes on past the end: with it, --until takes an OFFSET only.");
}

function appender(out: Output, { output, json, format }: ConsumeOptions): AppendRecord {
  if (output === "ndjson" || (output === undefined && json === true)) {
    if (format !== undefined) throw usageError("--format is for text, and the output is NDJSON.");
    return (topic, partition, record) => out.appendText(recordLine(topic, partition, record));
  }
  const chosen = format ?? parseFormat(defaultFormat);
  return (topic, partition, record) => appendRecord(out, chosen, topic, partition, record);
}
