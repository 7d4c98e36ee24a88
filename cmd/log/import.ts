import { type Command, Option } from "commander";
import { ArchiveError } from "../../internal/client/archive/format.ts";
import { ArchiveReader } from "../../internal/client/archive/reader.ts";
import { withClient } from "../connection.ts";
import { CommandError, inputError, usageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import {
  archiveExits,
  type ListingOptions,
  listingFormat,
  listingOption,
  verb,
} from "../options.ts";
import { printListing } from "../output/listing.ts";
import { counted, humanBytes } from "../output/numbers.ts";
import { takeSignals } from "../signals.ts";
import type { Stdio } from "../stdio.ts";
import { Imported, importedListing, importedShape } from "./imported.ts";
import { Restore } from "./restore.ts";

interface ImportOptions extends ListingOptions {
  readonly as?: string;
  readonly dryRun?: true;
}

/** `weir log import`: puts back what `weir log export` has written. */
export function importVerb(stdio: Stdio): Command {
  return verb("import [file]", "Put topics back that 'weir log export' has written", {
    examples: [
      "weir log import orders.weir",
      "zstdcat backup.weir.zst | weir log import",
      "weir log import orders.weir --as orders-then   # beside what is there",
      "weir log import orders.weir --dry-run       # checks it; needs no broker",
    ],
    json: importedShape,
    exits: archiveExits,
  })
    .addOption(new Option("--as <topic>", "the name of its only topic from now on"))
    .addOption(new Option("--dry-run", "check the archive, and say what it holds"))
    .addOption(listingOption())
    .addHelpText(
      "after",
      "\nTopics are made with the partitions and settings that they had; one that is" +
        "\nthere has to be empty. Offsets, keys, values, headers, times and compression" +
        "\nare as they were.",
    )
    .action(async (file: string | undefined, _: unknown, command: Command) => {
      await importArchive(stdio, file ?? "-", command.optsWithGlobals<ImportOptions>());
    });
}

async function importArchive(stdio: Stdio, file: string, options: ImportOptions): Promise<void> {
  if (file === "-" && stdio.inputIsTerminal) {
    throw usageError("name a file, or send an archive through a pipe.");
  }
  const stop = takeSignals(stdio.out);
  const imported = new Imported(options.as ?? null);
  if (options.dryRun) {
    await readArchive(stdio, file, imported, null, stop);
  } else {
    await withClient(
      options,
      (client) => readArchive(stdio, file, imported, new Restore(client, options.timeout), stop),
      stop,
    );
  }
  if (stop.aborted) return;
  printListing(stdio.out, listingFormat(options), importedListing(imported));
}

/** Reads an archive to its end, and hands all that it tells on. */
async function readArchive(
  stdio: Stdio,
  file: string,
  imported: Imported,
  restore: Restore | null,
  stop: AbortSignal,
): Promise<void> {
  const reader = new ArchiveReader();
  try {
    for await (const bytes of bytesOf(file)) {
      reader.feed(bytes);
      for (let entry = reader.next(); entry !== null; entry = reader.next()) {
        if (stop.aborted) return;
        const placed = imported.take(entry);
        await restore?.put(placed);
      }
      const { records, bytes: size } = reader.totals;
      stdio.progress(`${counted(records, "record")} read, ${humanBytes(size)}`);
    }
    if (stop.aborted) return;
    reader.end();
    await restore?.finish(imported.partitions);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw archiveFailure(error, restore !== null && imported.partitions.length > 0);
  } finally {
    stdio.progress("");
  }
}

function archiveFailure({ code, message }: ArchiveError, hasBegun: boolean): CommandError {
  const exitCode = code === "damaged-archive" ? exitCodes.damaged : exitCodes.failed;
  const advice = hasBegun
    ? "What stands before is imported; delete the topics, or keep what they have."
    : "";
  return new CommandError(code, message, exitCode, advice);
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* file === "-" ? Bun.stdin.stream() : Bun.file(file).stream();
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      const name = file === "-" ? "stdin" : file;
      throw inputError(`${name} can't be read: ${error.message}`);
    }
    throw error;
  }
}
