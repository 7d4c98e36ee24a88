import type { Command } from "commander";
import type { VerifyStep } from "../../internal/storage/inspect/verify.ts";
import { fileExits, type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { printListing } from "../output/listing.ts";
import { counted } from "../output/numbers.ts";
import type { Stdio } from "../stdio.ts";
import { damageFound, dataDirectory, openDisk, withFiles } from "./files.ts";
import { checkedText, damageShape, findingListing, lostOffsets, verify } from "./findings.ts";

/** `weir log verify`: checks all that a broker keeps. */
export function verifyVerb(stdio: Stdio): Command {
  return verb("verify <directory>", "Check every byte of a broker's data, and list the damage", {
    examples: ["weir log verify ./weir-data", "weir log verify /var/lib/weir -o ndjson"],
    json: damageShape,
    exits: fileExits,
  })
    .addOption(listingOption())
    .addHelpText("after", "\nNothing is changed, and a broker may run on the files meanwhile.")
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListingOptions>();
      const disk = await openDisk();
      const last = await withFiles(() => verify(stdio, disk, dataDirectory(disk, name)));
      printListing(stdio.out, listingFormat(options), findingListing(last.findings));
      report(stdio, name, last);
    });
}

function report(stdio: Stdio, directory: string, last: VerifyStep): void {
  const { findings } = last;
  const checked = checkedText(last);
  if (findings.length === 0) {
    stdio.note(`${checked}: all is as it was written`);
    return;
  }
  const what = `${directory} is damaged in ${counted(findings.length, "place")}`;
  const lost = `${counted(lostOffsets(findings), "offset")} can't be read`;
  const advice = "See docs/operations.md for what each means and what to do.";
  throw damageFound(`${what}, ${lost} (${checked})`, advice);
}
