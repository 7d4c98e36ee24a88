import path from "node:path";
import { type Command, Option } from "commander";
import type { Disk } from "../../internal/platform/disk.ts";
import { recordLine } from "../../internal/record/record-line.ts";
import type { Dumped } from "../../internal/storage/inspect/dump.ts";
import { CommandError, errorText } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { fileExits, listingFormat, listingOption, verb } from "../options.ts";
import { printStream } from "../output/stream.ts";
import { type ReadingOptions, repeat, watchFormat, watchOption } from "../reading.ts";
import { appendRecord, parseFormat } from "../records/format.ts";
import { takeSignals } from "../signals.ts";
import type { Stdio } from "../stdio.ts";
import { batchListing } from "./batches.ts";
import { damageFound, dataDirectory, defaultData, openDisk, withFiles } from "./files.ts";

interface DumpOptions extends ReadingOptions {
  readonly data: string;
  readonly records?: true;
}

/** How a record is printed for people: its offset, time, key and value. */
const recordFormat = "%o\\t%d\\t%k\\t%v\\n";

/** What the records of a batch may expand to. */
const expandedLimitBytes = 1024 * 1024 * 1024;

/** `weir log dump`: what a log's files hold. */
export function dumpVerb(stdio: Stdio): Command {
  return verb("dump <what>", "Print the batches of a partition, or of a segment's file", {
    examples: [
      "weir log dump orders-0 --data /var/lib/weir",
      "weir log dump ./weir-data/logs/orders-0/00000000000000000000.log",
      "weir log dump orders-0 --records -o ndjson | jq -r .value",
    ],
    json: batchListing.shape,
    exits: fileExits,
  })
    .option("--data <directory>", "the broker's data, where a partition is named", defaultData)
    .addOption(new Option("--records", "print the records instead"))
    .addOption(listingOption())
    .addOption(watchOption())
    .addHelpText("after", "\nNothing is changed, and a broker may run on the files meanwhile.")
    .action(async (what: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DumpOptions>();
      const { watch: intervalMs } = options;
      if (intervalMs === undefined) {
        await withFiles(() => dump(stdio, what, options, null));
        return;
      }
      const output = watchFormat(stdio, options);
      await repeat(stdio, output, intervalMs, takeSignals(stdio.out), async () => async () => {
        await withFiles(() => dump(stdio, what, { ...options, output }, Date.now())).catch(
          noted(stdio),
        );
      });
    });
}

/** Damage ends no watch: it is named each time, as what can't be read for another reason is. */
function noted(stdio: Stdio): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof CommandError)) throw error;
    stdio.note(errorText(error));
  };
}

/** Prints what there is; `atMs` says when that was, where there is one look after the other. */
async function dump(
  stdio: Stdio,
  what: string,
  options: DumpOptions,
  atMs: number | null,
): Promise<void> {
  const disk = await openDisk();
  const dumped = counted(await open(disk, what, options.data));
  const { item } = batchListing;
  const timed = atMs === null ? item : (row: Dumped) => ({ time_ms: atMs, ...item(row) });
  const listing = { ...batchListing, item: timed };
  if (options.records) await printRecords(stdio, nameOf(what), options, dumped.entries);
  else await printStream(stdio.out, listingFormat(options), listing, dumped.entries);
  const ranges = dumped.damaged();
  if (ranges > 0)
    throw damageFound(`${what} has ${ranges} damaged ${ranges > 1 ? "parts" : "part"}`);
}

/** The entries of a file, or of a partition of a data directory. */
async function open(disk: Disk, what: string, data: string): Promise<AsyncIterable<Dumped>> {
  const [{ dumpFile, dumpLog }, { lookAt }] = await Promise.all([
    import("../../internal/storage/inspect/dump.ts"),
    import("../../internal/storage/inspect/look.ts"),
  ]);
  if (what.endsWith(".log")) return dumpFile(disk, what);
  const directory = dataDirectory(disk, data);
  const look = await lookAt(disk, directory, Date.now());
  const log = look.logs.get(what);
  if (log) return dumpLog(look, log);
  const message = `${data} has no partition ${what} with records`;
  const advice = "Name it TOPIC-PARTITION, as in orders-0, or name a segment's file.";
  throw new CommandError("unknown-topic-or-partition", message, exitCodes.failed, advice);
}

/** Passes entries on, and counts those that are damage. */
function counted(entries: AsyncIterable<Dumped>) {
  let count = 0;
  async function* pass() {
    for await (const entry of entries) {
      if (entry.kind === "damage") count++;
      yield entry;
    }
  }
  return { entries: pass(), damaged: () => count };
}

async function printRecords(
  stdio: Stdio,
  partition: string,
  options: DumpOptions,
  entries: AsyncIterable<Dumped>,
): Promise<void> {
  const { recordsOf } = await import("../../internal/record/records.ts");
  const cut = partition.lastIndexOf("-");
  const [topic, number] = [partition.slice(0, cut), Number(partition.slice(cut + 1))];
  const format = parseFormat(recordFormat);
  const asText = options.output === undefined ? options.json !== true : options.output === "table";
  for await (const entry of entries) {
    if (entry.kind === "damage") {
      const { fromOffset, toOffset, fault } = entry.range;
      stdio.note(`offsets ${fromOffset} to ${toOffset - 1} can't be read: ${fault}`);
      continue;
    }
    for (const record of recordsOf(entry.bytes, entry.at, expandedLimitBytes)) {
      if (asText) appendRecord(stdio.out, format, topic, number, record);
      else stdio.out.appendText(recordLine(topic, number, record));
      if (stdio.out.full) await stdio.out.flush();
    }
  }
}

/** What a slave has cut off a log is in a file with the partition's name: `orders-0.OFFSET.log`. */
const cutFile = /^(.+-\d+)\.\d{20}(\.\d+)?\.log$/;

/** The partition's name: that of the folder that its files are in, if the file doesn't say it. */
function nameOf(what: string): string {
  if (!what.endsWith(".log")) return what;
  const file = path.resolve(what);
  return cutFile.exec(path.basename(file))?.[1] ?? path.basename(path.dirname(file));
}
