import type { Disk } from "../../../platform/disk.ts";
import { batchSizeBytes } from "../../../record/batch.ts";
import { digits20 } from "../../layout.ts";
import type { FileCache } from "../../segments/file-cache.ts";
import { saveIndexes } from "../../segments/index-files.ts";
import { Segment } from "../../segments/segment.ts";
import { firstPlace } from "../../segments/segment-view.ts";
import { walkSegment } from "../../segments/segment-walk.ts";

/** What a scan reads through. */
export interface ScanPath {
  readonly disk: Disk;
  readonly files: FileCache;
  /** From when on the age of the segments counts. */
  readonly nowMs: number;
}

/** A batch that was found: `bytes` hold it at `at` until the next one is told. */
export type OnBatch = (bytes: Uint8Array, at: number) => void;

const SEGMENT_FILE = /^\d{20}\.log$/;

/**
 * Finds out what segments a log's folder has, where nothing else tells it any more: reads them all,
 * tells each batch, and makes their indexes anew.
 *
 * A segment reaches as far as the next one, the last one to its last whole batch. What can't be
 * read in between stays where it is: whoever reads comes by it.
 */
export async function scanLog(
  path: ScanPath,
  directory: string,
  onBatch: OnBatch,
): Promise<Segment[]> {
  const bases = path.disk
    .list(directory)
    .filter((name) => SEGMENT_FILE.test(name))
    .map((name) => Number.parseInt(name, 10));
  const segments: Segment[] = [];
  for (const [i, base] of bases.entries()) {
    segments.push(await scanSegment(path, directory, base, bases[i + 1] ?? null, onBatch));
  }
  return segments;
}

async function scanSegment(
  { disk, files, nowMs }: ScanPath,
  directory: string,
  baseOffset: number,
  nextBase: number | null,
  onBatch: OnBatch,
): Promise<Segment> {
  const segment = Segment.create(directory, baseOffset);
  await files.use(`${directory}/${digits20(baseOffset)}.log`, async (file) => {
    const view = {
      file,
      baseOffset,
      sizeBytes: file.sizeBytes(),
      endOffset: nextBase ?? Number.MAX_SAFE_INTEGER,
      hasGaps: true,
      lastEpoch: Number.POSITIVE_INFINITY,
    };
    for await (const { bytes, sizeBytes, damage } of walkSegment(view, firstPlace(view), null)) {
      for (let at = 0; at < sizeBytes; at += batchSizeBytes(bytes, at)) {
        segment.admit(disk, bytes, at, batchSizeBytes(bytes, at), nowMs);
        onBatch(bytes, at);
      }
      if (damage && damage.toOffset < Number.MAX_SAFE_INTEGER) {
        segment.leaveOut(damage.endPosition - damage.position, damage.toOffset);
      }
    }
  });
  if (nextBase !== null && segment.endOffset < nextBase) {
    segment.hasGaps = true;
    segment.leaveOut(0, nextBase);
  }
  segment.file = "uncut";
  saveIndexes(disk, segment);
  return segment;
}
