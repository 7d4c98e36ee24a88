import { type Command, Option } from "commander";
import type { Client } from "../internal/client/api.ts";
import type { Place } from "../internal/client/place.ts";
import { recordLine } from "../internal/client/reader-api.ts";
import { withClient } from "./connection.ts";
import { type AppendRecord, printRecords } from "./consume/print.ts";
import { printShared } from "./consume/shared.ts";
import { findPartitions } from "./consume/targets.ts";
import { usageError } from "./errors.ts";
import { checked, checkedList, type GlobalOptions, itemExits, verb } from "./options.ts";
import type { Output } from "./output/output.ts";
import { parseFrom, parseUntil } from "./parse/position.ts";
import { parseWhole } from "./parse/values.ts";
import { appendRecord, defaultFormat, parseFormat, type RecordFormat } from "./records/format.ts";
import { recordShape } from "./records/ndjson.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

interface ConsumeOptions extends GlobalOptions {
  readonly group?: string;
  readonly partition?: readonly number[];
  readonly from: Place;
  readonly until?: Place;
  readonly count?: number;
  readonly follow?: true;
  readonly format?: RecordFormat;
  readonly output?: "text" | "ndjson";
}

/** `weir consume`: the records of some topics, to stdout. */
export function consumeVerb(stdio: Stdio): Command {
  const startedAtMs = Date.now();
  return verb("consume <topics...>", "Print the records of topics, then end (or follow them)", {
    examples: [
      "weir consume orders                         # all there is now",
      "weir consume orders --from -10              # the last 10 of each partition",
      "weir consume orders -f --from end           # what comes from now on",
      "weir consume orders --from @-1h --until @now --format '%d %k %v\\n'",
      "weir consume orders -o ndjson | jq -r .value",
      "weir consume orders -f -g billing           # what its group hasn't read",
    ],
    json: recordShape,
    exits: itemExits,
  })
    .option("-g, --group <name>", "read as a member of this group, and commit what was printed")
    .option(
      "-p, --partition <number>",
      "only this partition; repeatable",
      checkedList((text) => parseWhole(text, 0, 0x7fff_ffff)),
    )
    .addOption(
      new Option("--from <position>", "where to begin: start, end, OFFSET, -N or @TIME")
        .default({ kind: "start" } satisfies Place, "start")
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
  checkGroup(options);
  if (options.count === 0) return;
  const stop = takeSignals(stdio.out);
  if (options.group !== undefined) {
    await consumeShared(stdio, topics, options.group, options, append, stop);
    return;
  }
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

/** Reads as a member of a group; it leaves the group however this ends. */
async function consumeShared(
  stdio: Stdio,
  topics: readonly string[],
  groupId: string,
  { from, follow, count, ...options }: ConsumeOptions,
  append: AppendRecord,
  stop: AbortSignal,
): Promise<void> {
  const work = async (client: Client): Promise<void> => {
    for (const topic of topics) await client.describeTopic(topic);
    const start = from.kind === "end" ? "latest" : "earliest";
    const request = { groupId, topics, clientId: "weir", start, follow: follow === true } as const;
    const reader = client.openGroupReader(request);
    stop.addEventListener("abort", () => reader.stop(), { once: true });
    try {
      await printShared(stdio, reader, { append, limit: count ?? Number.POSITIVE_INFINITY });
    } finally {
      await reader.leave();
    }
  };
  await withClient(options, work, stop);
}

function checkGroup({ group, partition, until, from }: ConsumeOptions): void {
  if (group === undefined) return;
  if (partition !== undefined) throw usageError("a group shares all partitions: -g without -p.");
  if (until !== undefined) throw usageError("a group reads up to the end: -g without --until.");
  if (from.kind === "start" || from.kind === "end") return;
  const advice = "Use 'weir group reset' to set where a group goes on.";
  throw usageError("with -g, --from is start or end: where the group has no offset yet.", advice);
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
