import type { Command } from "commander";
import { brokerDiagnoses } from "./doctor/broker.ts";
import { clockSync, type Diagnosis, diskOf, fileLimit, swapping } from "./doctor/machine.ts";
import { exitCodes } from "./exit-codes.ts";
import { listingFormat, listingOption, localExits, verb } from "./options.ts";
import { type Listing, printListing } from "./output/listing.ts";
import { listingShape } from "./output/shape.ts";
import { type ReadingOptions, reading, watchLooks, watchOption } from "./reading.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

interface DoctorOptions extends ReadingOptions {
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
    .addOption(watchOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<DoctorOptions>();
      if (options.watch !== undefined) {
        const look = async () => reading(diagnosisListing(await examine(options)));
        await watchLooks(stdio, options, options.watch, takeSignals(stdio.out), look);
        return;
      }
      const rows = await examine(options);
      printListing(stdio.out, listingFormat(options), diagnosisListing(rows));
      const isBad = rows.some(({ standing }) => standing === "bad");
      process.exitCode = isBad ? exitCodes.failed : exitCodes.done;
    });
}

async function examine(options: DoctorOptions): Promise<readonly Diagnosis[]> {
  const { diagnoses, directory } = await brokerDiagnoses(options);
  const data = options.data ?? directory ?? process.cwd();
  return [...diagnoses, fileLimit(), ...diskOf(data), clockSync(), swapping()];
}

function diagnosisListing(rows: readonly Diagnosis[]): Listing<Diagnosis> {
  return {
    shape: diagnosisShape,
    items: rows.map((row) => ({ ...row, advice: row.advice === "" ? null : row.advice })),
    rows,
    columns: [
      { header: "SUBJECT", align: "left", text: ({ subject }) => subject.replaceAll(" ", "-") },
      { header: "STANDING", align: "left", text: ({ standing }) => standing },
      { header: "FINDING", align: "left", text: ({ finding }) => finding },
      { header: "ADVICE", align: "left", text: ({ advice }) => advice },
    ],
  };
}
