import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { type ListingOptions, listingFormat, listingOption, localExits, verb } from "../options.ts";
import { printListing } from "../output/listing.ts";
import { listingShape } from "../output/shape.ts";
import type { Stdio } from "../stdio.ts";
import { brokerDiagnoses } from "./broker.ts";
import { clockSync, diskOf, fileLimit, swapping } from "./machine.ts";

interface DoctorOptions extends ListingOptions {
  readonly data?: string;
}

const diagnosisShape = listingShape("diagnoses", {
  subject: "text, what was looked at",
  standing: "text, ok, warning or bad",
  finding: "text, one sentence",
  advice: "text or null, what to change",
});

/** `weir doctor`: looks at this machine and the broker, and says what to change. */
export function doctorVerb(stdio: Stdio): Command {
  return verb("doctor", "Look at this machine and the broker, and say what to change", {
    examples: [
      "weir doctor",
      "weir doctor --data /var/lib/weir            # before the broker's first start",
      "weir doctor --json | jq -e 'all(.items[]; .standing != \"bad\")'",
    ],
    json: diagnosisShape,
    exits: localExits,
  })
    .option("--data <directory>", "where the data is to be (default: the broker's, or here)")
    .addOption(listingOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<DoctorOptions>();
      const { diagnoses, directory } = await brokerDiagnoses(options);
      const data = options.data ?? directory ?? process.cwd();
      const rows = [...diagnoses, fileLimit(), ...diskOf(data), clockSync(), swapping()];
      printListing(stdio.out, listingFormat(options), {
        shape: diagnosisShape,
        items: rows.map((row) => ({ ...row, advice: row.advice === "" ? null : row.advice })),
        rows,
        columns: [
          { header: "SUBJECT", align: "left", text: ({ subject }) => subject.replaceAll(" ", "-") },
          { header: "STANDING", align: "left", text: ({ standing }) => standing },
          { header: "FINDING", align: "left", text: ({ finding }) => finding },
          { header: "ADVICE", align: "left", text: ({ advice }) => advice },
        ],
      });
      const isBad = rows.some(({ standing }) => standing === "bad");
      process.exitCode = isBad ? exitCodes.failed : exitCodes.done;
    });
}
