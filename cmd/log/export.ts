import { closeSync, openSync } from "node:fs";
import type { Command } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { ArchiveWriter } from "../../internal/client/archive/writer.ts";
import type { BatchesEvent } from "../../internal/client/stream-api.ts";
import { baseOffset, batchSizeBytes } from "../../internal/record/batch.ts";
import { withClient } from "../connection.ts";
import { failureOf } from "../consume/print.ts";
import { CommandError, usageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { callExits, type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { printListing } from "../output/listing.ts";
import { counted, humanBytes } from "../output/numbers.ts";
import { descriptorWriter, Output } from "../output/output.ts";
import { takeSignals } from "../signals.ts";
import type { Stdio } from "../stdio.ts";
import { type NamedTopic, namedTopics } from "./archive-names.ts";
import { type Exported, exportListing, exportShape } from "./exported.ts";

/** So many partitions are read at a time. */
const PARTITIONS_AT_A_TIME = 1000;

interface ExportOptions extends ListingOptions {
  readonly to?: string;
}

/** `weir log export`: topics as one file, to be put back as they are. */
export function exportVerb(stdio: Stdio): Command {
  return verb("export <what...>", "Write topics or partitions to stdout, as they are", {
    examples: [
      "weir log export orders > orders.weir",
      "weir log export orders --to orders.weir --json",
      "weir log export 'order*' audit-0 | zstd > backup.weir.zst",
      "weir log export orders | weir -b other:9092 log import",
    ],
    json: exportShape,
    exits: callExits,
  })
    .addHelpText(
      "after",
      "\nNames are topics, partitions (orders-0), or patterns ('ord*'). Each partition is" +
        "\nwritten up to where it ends when its turn comes. 'weir log import' puts it back;" +
        "\ndocs/archive-format.md says what is in it.",
    )
    .option("--to <file>", "write the archive there, and print what is in it")
    .addOption(listingOption())
    .action(async (words: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExportOptions>();
      const stop = takeSignals(stdio.out);
      const { to } = options;
      if (to === undefined) {
        checkPipe(stdio, options);
        await withClient(
          options,
          (client) => exportTopics(stdio, stdio.out, client, words, stop),
          stop,
        );
        return;
      }
      const written = await withClient(
        options,
        (client) => exportFile(stdio, to, client, words, stop),
        stop,
      );
      if (!stop.aborted) printListing(stdio.out, listingFormat(options), exportListing(written));
    });
}

function checkPipe({ outputIsScreen }: Stdio, { output, json }: ExportOptions): void {
  if (outputIsScreen) throw usageError("an archive is no text: send it to a file or a pipe.");
  if (output === undefined && json !== true) return;
  throw usageError("the archive goes to stdout: -o and --json are for --to FILE.");
}

/** Writes an archive to a file that isn't there before; resolves with what is in it. */
async function exportFile(
  stdio: Stdio,
  file: string,
  client: Client,
  words: readonly string[],
  stop: AbortSignal,
): Promise<readonly Exported[]> {
  const descriptor = openNew(file);
  try {
    const out = new Output(descriptorWriter(descriptor));
    return await exportTopics(stdio, out, client, words, stop);
  } finally {
    closeSync(descriptor);
  }
}

function openNew(file: string): number {
  try {
    return openSync(file, "wx");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError("failed", `${file} can't be made: ${why}`, exitCodes.failed, "", cause);
  }
}

async function exportTopics(
  stdio: Stdio,
  out: Output,
  client: Client,
  words: readonly string[],
  stop: AbortSignal,
): Promise<readonly Exported[]> {
  const topics = await namedTopics(client, words);
  const writer = new ArchiveWriter();
  const written: Exported[] = [];
  const run = { stdio, out, client, writer, stop, written };
  put(run, writer.preface());
  for (const topic of topics) await exportTopic(run, topic);
  stdio.progress("");
  // Without its end, what was written is no archive: nobody takes a part for the whole.
  if (stop.aborted) return written;
  put(run, writer.end());
  await out.flush();
  if (stdio.notesAreWatched) stdio.note(summary(writer));
  return written;
}

/** One call of the verb. */
interface Run {
  readonly stdio: Stdio;
  readonly out: Output;
  readonly client: Client;
  readonly writer: ArchiveWriter;
  readonly stop: AbortSignal;
  readonly written: Exported[];
}

async function exportTopic(run: Run, { name, partitions }: NamedTopic): Promise<void> {
  const { partitionCount, config } = await run.client.describeTopic(name);
  put(run, run.writer.topic({ name, partitionCount, config: Object.fromEntries(config) }));
  for (let from = 0; from < partitions.length; from += PARTITIONS_AT_A_TIME) {
    if (run.stop.aborted) return;
    await exportPartitions(run, name, partitions.slice(from, from + PARTITIONS_AT_A_TIME));
  }
}

async function exportPartitions(
  run: Run,
  topic: string,
  numbers: readonly number[],
): Promise<void> {
  const { stdio, out, client, writer, stop } = run;
  const wanted = numbers.map((partition) => {
    return { topic, partition, start: { kind: "earliest" }, end: { kind: "latest" } } as const;
  });
  const stream = await client.openStream({ partitions: wanted }, { signal: stop });
  const indexes = new Map<number, { readonly index: number; readonly endOffset: number }>();
  for (const { partition, startOffset, endOffset } of stream.partitions) {
    const end = endOffset ?? startOffset;
    indexes.set(partition, { index: writer.totals.partitions, endOffset: end });
    put(run, writer.partition({ topic, partition, startOffset, endOffset: end }));
    run.written.push({ topic, partition, startOffset, endOffset: end });
  }
  for await (const event of stream) {
    if (event.kind === "partition-failed") throw failureOf(event);
    if (event.kind !== "records") continue;
    const place = indexes.get(event.partition);
    if (place === undefined) continue;
    const batches = batchesBefore(event, place.endOffset);
    if (batches.length > 0) put(run, writer.batches(place.index, batches));
    if (out.full) await out.flush();
    stdio.progress(summary(writer));
  }
}

/** The batches of an event that begin before that offset. */
function batchesBefore({ batches }: BatchesEvent, endOffset: number): Uint8Array {
  let to = 0;
  while (to < batches.length && baseOffset(batches, to) < endOffset) {
    to += batchSizeBytes(batches, to);
  }
  return batches.subarray(0, to);
}

function put({ out }: Run, bytes: Uint8Array): void {
  out.appendBytes(bytes, 0, bytes.length);
}

function summary({ totals }: ArchiveWriter): string {
  const { partitions, records, bytes } = totals;
  const of = counted(partitions, "partition");
  return `${counted(records, "record")} of ${of} exported, ${humanBytes(bytes)}`;
}
