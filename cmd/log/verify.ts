import type { Command } from "commander";
import type { VerifyStep } from "../../internal/storage/inspect/verify.ts";
import type { CommandError } from "../errors.ts";
import { fileExits, listingOption, verb } from "../options.ts";
import { counted } from "../output/numbers.ts";
import { printLocalReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
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
    .addOption(watchOption())
    .addHelpText("after", "\nNothing is changed, and a broker may run on the files meanwhile.")
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ReadingOptions>();
      const disk = await openDisk();
      await printLocalReading(stdio, options, async () => {
        const last = await withFiles(() => verify(stdio, disk, dataDirectory(disk, name)));
        return reading(findingListing(last.findings), verdict(stdio, name, last));
      });
    });
}

/** What a check ends with that has found damage; null, and a note, where all is well. */
function verdict(stdio: Stdio, directory: string, last: VerifyStep): CommandError | null {
  const { findings } = last;
  const checked = checkedText(last);
  if (findings.length === 0) {
    stdio.note(`${checked}: all is as it was written`);
    return null;
  }
  const what = `${directory} is damaged in ${counted(findings.length, "place")}`;
  const lost = `${counted(lostOffsets(findings), "offset")} can't be read`;
  const advice = "See docs/operations.md for what each means and what to do.";
  return damageFound(`${what}, ${lost} (${checked})`, advice);
}
