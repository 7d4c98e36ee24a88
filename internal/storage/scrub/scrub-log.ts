import { noteDamage, type ReadPath, segmentView } from "../log-reader.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { Segment } from "../segments/segment.ts";
import { soundPlace } from "../segments/segment-index.ts";
import type { Place } from "../segments/segment-view.ts";
import { type Stretch, walkSegment } from "../segments/segment-walk.ts";

/** Told of each piece that was checked, and of where the log goes on; may wait. */
export type OnChecked = (sizeBytes: number, nextOffset: number) => Promise<void>;

/** A file is opened and read for each piece: even an empty one costs as much as this. */
const MIN_PIECE_BYTES = 16 * 1024;

/**
 * Checks what stands in a log's segments from `offset` on, a piece at a time; damage is noted as a
 * reader that comes by it does.
 *
 * Between two pieces no file is held, and anything may become of the log: it is gone on by offset.
 */
export async function scrubLog(
  path: ReadPath,
  log: PartitionLog,
  offset: number,
  checked: OnChecked,
): Promise<void> {
  let next = Math.max(offset, log.startOffset);
  for (;;) {
    const segment = log.segmentFrom(next);
    if (!segment || log.removed) return;
    const hadIndexes = segment.loadedIndexes !== null;
    next = await scrubSegment(path, log, segment, next, checked);
    if (log.segments.at(-1) === segment) return;
    if (!hadIndexes) segment.unloadIndexes();
    if (log.segments.includes(segment)) next = Math.max(next, segment.endOffset);
    if (log.segmentFrom(next) === segment) return;
  }
}

/** Checks a segment from `offset` on, as long as it is one of the log's; resolves with its end. */
async function scrubSegment(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  offset: number,
  checked: OnChecked,
): Promise<number> {
  let next = offset;
  let place: Place | null = null;
  while (isThere(log, segment)) {
    const piece: Stretch | null = await nextPiece(path, log, segment, place, next);
    if (!piece) break;
    if (piece.damage && (await isStillSo(path, log, segment, piece))) {
      noteDamage(path, log, piece.damage);
    }
    place = piece.to;
    next = place.offset;
    await checked(Math.max(MIN_PIECE_BYTES, place.position - piece.from.position), next);
  }
  return next;
}

/** Whether there is a file of the segment's, and it is part of the log. */
function isThere(log: PartitionLog, segment: Segment): boolean {
  return !log.removed && segment.file !== "new" && log.segments.includes(segment);
}

/** The piece at `place`, or where `offset` stands; null behind the last one. */
function nextPiece(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  place: Place | null,
  offset: number,
): Promise<Stretch | null> {
  return path.files.use(segment.logPath, async (file) => {
    const view = segmentView(log, segment, file);
    const from = place ?? (await soundPlace(path.disk, view, segment, offset));
    if (from.position > view.sizeBytes) return null;
    const walk = walkSegment(view, from, segment.indexes(path.disk).offsets);
    const { value } = await walk.next();
    await walk.return(undefined);
    return value ?? null;
  });
}

/** Whether damage is found again: what is written or cut meanwhile may look like it once. */
async function isStillSo(
  path: ReadPath,
  log: PartitionLog,
  segment: Segment,
  { from, damage }: Stretch,
): Promise<boolean> {
  if (!isThere(log, segment)) return false;
  const again = (await nextPiece(path, log, segment, from, from.offset))?.damage;
  return isThere(log, segment) && again?.position === damage?.position;
}
