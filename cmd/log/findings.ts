import type { Disk } from "../../internal/platform/disk.ts";
import type { Finding, VerifyStep } from "../../internal/storage/inspect/verify.ts";
import type { Listing } from "../output/listing.ts";
import { counted, humanBytes, humanCount } from "../output/numbers.ts";
import { listingShape } from "../output/shape.ts";
import type { Stdio } from "../stdio.ts";

/** How often the progress is drawn anew, in milliseconds. */
const progressEveryMs = 100;
const barColumns = 30;

/** Goes over a directory; resolves with the last step, and all findings together. */
export async function verify(stdio: Stdio, disk: Disk, directory: string): Promise<VerifyStep> {
  const { verifyDirectory } = await import("../../internal/storage/inspect/verify.ts");
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

/** What was looked at, in words. */
export function checkedText({ checkedBytes, logCount }: VerifyStep): string {
  return `${counted(logCount, "partition")} and ${humanBytes(checkedBytes)} checked`;
}

/** How many offsets can't be read any more, as far as that can be told. */
export function lostOffsets(findings: readonly Finding[]): number {
  return findings.reduce((sum, finding) => {
    const { from, to } = placeOf(finding).offsets ?? { from: 0, to: 0 };
    return sum + to - from;
  }, 0);
}

/** A finding in the columns that all of them have. */
interface Place {
  readonly partition: string | null;
  readonly offsets: { readonly from: number; readonly to: number } | null;
  readonly file: string;
  readonly position: number | null;
  readonly endPosition: number | null;
  readonly fault: string;
}

function placeOf(finding: Finding): Place {
  const nowhere = { partition: null, offsets: null, position: null, endPosition: null };
  if (finding.kind === "copy") {
    const fault = "will be made anew at the next start";
    return { ...nowhere, file: finding.path, fault };
  }
  if (finding.kind === "index") {
    const fault = "will be made anew when it is read";
    return { ...nowhere, partition: finding.log, file: finding.path, fault };
  }
  if (finding.kind === "start") {
    const { log: partition, offsets, path: file, position, fault, consequence } = finding.loss;
    const what = `${fault}: ${consequence} is lost`;
    return { ...nowhere, partition, offsets, file, position, fault: what };
  }
  const { fromOffset: from, toOffset: to, path, position, endPosition, fault } = finding.range;
  return {
    partition: finding.log,
    offsets: { from, to },
    file: path,
    position,
    endPosition,
    fault,
  };
}

/** Whether a broker can't start, or can't serve something, because of it. */
export function isLoss({ kind }: Finding): boolean {
  return kind === "records" || kind === "start";
}

/** A finding as it is printed. */
export const damageShape = listingShape("log-damage", {
  kind: "text, records, start, copy or index",
  partition: "text or null, whose log it is",
  offset: "integer or null, the first that can't be read",
  last_offset: "integer or null, the last of them",
  file: "text, where it is",
  position: "integer or null, where it begins in the file",
  end_position: "integer or null, where it ends there",
  fault: "text, what is wrong, and what will be done about it",
});

/** Findings, one a line. */
export function findingListing(findings: readonly Finding[]): Listing<Finding> {
  return {
    shape: damageShape,
    items: findings.map(itemOf),
    rows: findings,
    columns: [
      { header: "KIND", align: "left", text: ({ kind }) => kind },
      { header: "PARTITION", align: "left", text: (row) => placeOf(row).partition ?? "" },
      { header: "OFFSETS", align: "left", text: offsetsText },
      { header: "WHERE", align: "left", text: whereText },
      { header: "WHAT", align: "left", text: (row) => placeOf(row).fault },
    ],
  };
}

function offsetsText(finding: Finding): string {
  const { offsets } = placeOf(finding);
  return offsets ? `${offsets.from}-${offsets.to - 1}` : "";
}

function whereText(finding: Finding): string {
  const { file, position } = placeOf(finding);
  return position === null ? file : `${file}:${position}`;
}

function itemOf(finding: Finding): object {
  const { partition, offsets, file, position, endPosition, fault } = placeOf(finding);
  return {
    kind: finding.kind,
    partition,
    offset: offsets?.from ?? null,
    last_offset: offsets ? offsets.to - 1 : null,
    file,
    position,
    end_position: endPosition,
    fault,
  };
}
