import type { Command } from "commander";
import type { Finding, VerifyStep } from "../../internal/storage/inspect/verify.ts";
import { type ListingOptions, listingFormat, listingOption, verb } from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import { humanBytes, humanCount } from "../output/numbers.ts";
import type { Stdio } from "../stdio.ts";
import { damageFound, dataDirectory, openDisk, withFiles } from "./files.ts";

/** How often the progress is drawn anew, in milliseconds. */
const progressEveryMs = 100;
const barColumns = 30;

/** `weir log verify`: checks all that a broker keeps. */
export function verifyVerb(stdio: Stdio): Command {
  return verb("verify <directory>", "Check every byte of a broker's data, and list the damage", [
    "weir log verify ./weir-data",
    "weir log verify /var/lib/weir -o ndjson",
  ])
    .addOption(listingOption())
    .addHelpText("after", "\nNothing is changed, and a broker may run on the files meanwhile.")
    .action(async (directory: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListingOptions>();
      const last = await withFiles(() => verify(stdio, directory));
      printListing(stdio.out, listingFormat(options), findingListing(last.findings));
      report(stdio, directory, last);
    });
}

/** Goes over a directory; resolves with the last step, and all findings together. */
async function verify(stdio: Stdio, name: string): Promise<VerifyStep> {
  const { verifyDirectory } = await import("../../internal/storage/inspect/verify.ts");
  const disk = await openDisk();
  const directory = dataDirectory(disk, name);
  const findings: Finding[] = [];
  let last: VerifyStep = { checkedBytes: 0, totalBytes: 0, logCount: 0, findings };
  let drawnAtMs = 0;
  for await (const step of verifyDirectory(disk, directory, Date.now())) {
    findings.push(...step.findings);
    last = { ...step, findings };
    if (performance.now() - drawnAtMs < progressEveryMs) continue;
    drawnAtMs = performance.now();
    stdio.progress(progressLine(last));
  }
  stdio.progress("");
  return last;
}

function progressLine({ checkedBytes, totalBytes, findings }: VerifyStep): string {
  const share = totalBytes === 0 ? 1 : checkedBytes / totalBytes;
  const filled = Math.floor(share * barColumns);
  const bar = "#".repeat(filled) + ".".repeat(barColumns - filled);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const sizes = `${humanBytes(checkedBytes)} of ${humanBytes(totalBytes)}`;
  return `${bar} ${percent}  ${sizes}, ${humanCount(findings.length)} found`;
}

function report(stdio: Stdio, directory: string, last: VerifyStep): void {
  const { findings, checkedBytes, logCount } = last;
  const logs = `${humanCount(logCount)} ${logCount === 1 ? "partition" : "partitions"}`;
  const checked = `${logs} and ${humanBytes(checkedBytes)} checked`;
  if (findings.length === 0) {
    stdio.note(`${checked}: all is as it was written`);
    return;
  }
  const lost = findings.reduce((sum, finding) => sum + offsetsIn(finding), 0);
  const what = `${directory} is damaged in ${humanCount(findings.length)} places`;
  const advice = "See docs/operations.md for what each means and what to do.";
  throw damageFound(`${what}, ${humanCount(lost)} offsets can't be read (${checked})`, advice);
}

function offsetsIn(finding: Finding): number {
  return finding.kind === "records" ? finding.range.toOffset - finding.range.fromOffset : 0;
}

function findingListing(findings: readonly Finding[]): Listing<Finding> {
  return {
    kind: "log-damage",
    version: 1,
    items: findings.map(itemOf),
    rows: findings,
    columns: [
      { header: "KIND", align: "left", text: ({ kind }) => kind },
      { header: "PARTITION", align: "left", text: (row) => (row.kind === "start" ? "" : row.log) },
      { header: "OFFSETS", align: "left", text: offsetsText },
      { header: "WHERE", align: "left", text: whereText },
      { header: "WHAT", align: "left", text: faultText },
    ],
  };
}

function offsetsText(finding: Finding): string {
  if (finding.kind !== "records") return "";
  return `${finding.range.fromOffset}-${finding.range.toOffset - 1}`;
}

function whereText(finding: Finding): string {
  if (finding.kind === "start") return "";
  if (finding.kind === "index") return finding.path;
  return `${finding.range.path}:${finding.range.position}`;
}

function faultText(finding: Finding): string {
  if (finding.kind === "start") return finding.message;
  return finding.kind === "index" ? "will be made anew when it is read" : finding.range.fault;
}

function itemOf(finding: Finding): object {
  const { kind } = finding;
  if (kind === "start") return { kind, message: finding.message };
  if (kind === "index") return { kind, partition: finding.log, file: finding.path };
  const { fromOffset, toOffset, path, position, endPosition, fault } = finding.range;
  return {
    kind,
    partition: finding.log,
    offset: fromOffset,
    last_offset: toOffset - 1,
    file: path,
    position,
    end_position: endPosition,
    fault,
  };
}
