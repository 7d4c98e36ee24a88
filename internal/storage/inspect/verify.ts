import type { Disk } from "../../platform/disk.ts";
import { checkpointFaults } from "../checkpoint.ts";
import { StorageError } from "../errors.ts";
import { markIsDamaged, markPath } from "../journal/journal-mark.ts";
import { dataLayout } from "../layout.ts";
import { segmentView } from "../log-reader.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { Loss } from "../recovery/losses.ts";
import type { DamagedRange } from "../segments/damaged-range.ts";
import { loadIndexes } from "../segments/index-files.ts";
import type { Segment } from "../segments/segment.ts";
import { firstPlace } from "../segments/segment-view.ts";
import { walkSegment } from "../segments/segment-walk.ts";
import { type Look, lookAt } from "./look.ts";

/** Damage that was found. */
export type Finding =
  /** Records that can't be read; those before and behind them are served. */
  | { readonly kind: "records"; readonly log: string; readonly range: DamagedRange }
  /** An index that will be made anew when it is needed; nothing is lost. */
  | { readonly kind: "index"; readonly log: string; readonly path: string }
  /** A file that the next start makes anew from others; nothing is lost. */
  | { readonly kind: "copy"; readonly path: string }
  /** What keeps a broker from starting: it would have to go on without this. */
  | { readonly kind: "start"; readonly loss: Loss };

/** How far a verification is, and what it has found since the last step. */
export interface VerifyStep {
  readonly checkedBytes: number;
  readonly totalBytes: number;
  readonly logCount: number;
  readonly findings: readonly Finding[];
}

/**
 * Reads and checks all that a data directory holds: the checkpoint and its copy, the journal as a
 * restart would replay it, every batch of every segment, and the indexes. A broker may run on it
 * meanwhile: what it was changing just then is looked at again before it is called damage.
 *
 * Where a broker would refuse to start, this goes on as one would that accepts what is lost.
 */
export async function* verifyDirectory(
  disk: Disk,
  directory: string,
  nowMs: number,
): AsyncGenerator<VerifyStep, undefined> {
  const look = await lookAt(disk, directory, nowMs, true);
  const logs = [...look.logs.values()];
  const totalBytes = logs.reduce((sum, log) => sum + bytesInFiles(log), 0);
  const counts = { totalBytes, logCount: logs.length };
  const lost = look.losses.map((loss) => ({ kind: "start", loss }) as const);
  yield { ...counts, checkedBytes: 0, findings: [...lost, ...damagedCopies(disk, directory)] };
  const isCurrent = currency(disk, directory, nowMs);
  let checkedBytes = 0;
  for (const log of logs) {
    for (const segment of log.segments) {
      for await (const { sizeBytes, findings } of verifySegment(look, log, segment)) {
        checkedBytes += sizeBytes;
        const stillTrue = findings.length === 0 || (await isCurrent(log, segment)) ? findings : [];
        yield { ...counts, checkedBytes, findings: stillTrue };
      }
    }
  }
  look.files.close();
}

/** Files of which another one has the content. Where the checkpoint is lost, that is a loss. */
function damagedCopies(disk: Disk, directory: string): Finding[] {
  const layout = dataLayout(directory);
  const checkpoints = checkpointFaults(disk, layout);
  const paths = checkpoints.length === 1 ? checkpoints : [];
  if (markIsDamaged(disk, layout.journal)) paths.push(markPath(layout.journal));
  return paths.map((path) => ({ kind: "copy", path }));
}

/** Bytes of a log that are in segments: what isn't yet is in the journal, and is checked there. */
function bytesInFiles(log: PartitionLog): number {
  return log.sizeBytes - log.tail.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What was found in one segment, step by step; `sizeBytes` is what a step has looked at. */
async function* verifySegment({ disk, files }: Look, log: PartitionLog, segment: Segment) {
  if (!loadIndexes(disk, segment).whole) {
    const finding = { kind: "index", log: log.name, path: segment.indexPath } as const;
    yield { sizeBytes: 0, findings: [finding] };
  }
  const index = segment.indexes(disk).offsets;
  const file = files.get(segment.logPath);
  const view = segmentView(log, segment, file);
  for await (const { from, to, damage } of walkSegment(view, firstPlace(view), index)) {
    const findings = damage ? [{ kind: "records", log: log.name, range: damage } as const] : [];
    yield { sizeBytes: to.position - from.position, findings };
  }
}

/**
 * Tells whether a segment is still part of its log as it was: a running broker may have deleted or
 * compacted it, and its file is another one by now.
 */
function currency(disk: Disk, directory: string, nowMs: number) {
  return async (log: PartitionLog, { baseOffset, sizeBytes }: Segment): Promise<boolean> => {
    try {
      const now = (await lookAt(disk, directory, nowMs, true)).logs.get(log.name);
      if (now?.id !== log.id) return false;
      const same = now.segments.find((segment) => segment.baseOffset === baseOffset);
      return same !== undefined && same.sizeBytes >= sizeBytes;
    } catch (error) {
      if (error instanceof StorageError) return true;
      throw error;
    }
  };
}
