import { type Command, Option } from "commander";
import type { Repaired } from "../../internal/broker/repair.ts";
import type { Disk } from "../../internal/platform/disk.ts";
import type { Log } from "../../internal/platform/log.ts";
import { fileExits, type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { printListing } from "../output/listing.ts";
import { counted } from "../output/numbers.ts";
import type { Stdio } from "../stdio.ts";
import { damageFound, dataDirectory, openDisk, withFiles } from "./files.ts";
import {
  checkedText,
  damageShape,
  findingListing,
  isLoss,
  lostOffsets,
  verify,
} from "./findings.ts";

interface RepairOptions extends ListingOptions {
  readonly acceptLoss?: true;
}

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** `weir log repair`: says what is lost for good, and gives it up so that the rest is served. */
export function repairVerb(stdio: Stdio): Command {
  return verb("repair <directory>", "Say what damage has taken, and go on without it", {
    examples: [
      "weir log repair ./weir-data                 # what would be given up",
      "weir log repair ./weir-data --accept-loss   # gives it up",
    ],
    json: damageShape,
    exits: fileExits,
  })
    .addOption(new Option("--accept-loss", "give up what is listed; else nothing is changed"))
    .addOption(listingOption())
    .addHelpText("after", "\nThe broker has to be stopped before anything is given up.")
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RepairOptions>();
      await withFiles(() => repair(stdio, name, options));
    });
}

async function repair(stdio: Stdio, name: string, options: RepairOptions): Promise<void> {
  const disk = await openDisk();
  const directory = dataDirectory(disk, name);
  const found = await verify(stdio, disk, directory);
  printListing(stdio.out, listingFormat(options), findingListing(found.findings));
  const losses = found.findings.filter(isLoss);
  if (losses.length === 0) {
    stdio.note(`${checkedText(found)}: nothing is lost, there is nothing to give up`);
    return;
  }
  const where = counted(losses.length, "place");
  const lost = `${counted(lostOffsets(losses), "offset")} can't be read, in ${where}`;
  if (!options.acceptLoss) {
    const advice = `'weir log repair ${name} --accept-loss' gives them up; nothing was changed.`;
    throw damageFound(lost, advice);
  }
  stdio.progress("giving up what is lost");
  const repaired = await giveUp(disk, directory);
  stdio.progress("");
  report(stdio, name, repaired);
}

async function giveUp(disk: Disk, directory: string): Promise<Repaired> {
  const [{ repairData }, { bunPlatform }] = await Promise.all([
    import("../../internal/broker/repair.ts"),
    import("../../internal/platform/bun/platform.ts"),
  ]);
  return repairData({ ...bunPlatform(), disk }, directory, silent);
}

function report(stdio: Stdio, name: string, { givenUp, restoredTopics }: Repaired): void {
  for (const { log, range } of givenUp) {
    const { fromOffset, toOffset, path } = range;
    stdio.note(`gave up offsets ${fromOffset} to ${toOffset - 1} of ${log} (${path})`);
  }
  for (const { name: topic, partitionCount } of restoredTopics) {
    const has = counted(partitionCount, "partition");
    stdio.note(`topic ${topic} is there again by its files, with ${has} and default settings`);
  }
  stdio.note(`${name} is repaired: a broker can start on it`);
}
