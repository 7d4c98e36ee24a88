import { baseOffset, batchSizeBytes, lastOffset } from "../record/batch.ts";
import { checkStoredBatch } from "../record/check.ts";
import type { PartitionLog } from "./partition-log.ts";
import type { DamagedRange } from "./segments/damaged-range.ts";
import type { FileCache } from "./segments/file-cache.ts";

/**
 * Puts the batches that another copy of a log has in the place of a damaged range: in their file,
 * at its place, and durable when this resolves. A crash on the way leaves a range that is damaged.
 *
 * Resolves with false, and nothing is changed, where `bytes` aren't exactly what is missing: they
 * take another room (each copy is compacted for itself), begin or end elsewhere, or are damaged,
 * too; or where the range isn't part of the log any more.
 */
export async function replaceRange(
  files: FileCache,
  log: PartitionLog,
  range: DamagedRange,
  bytes: Uint8Array,
): Promise<boolean> {
  let isReplaced = false;
  if (!fits(range, bytes)) return false;
  await log.changeSegments(async () => {
    const isThere = log.segments.some(({ logPath }) => logPath === range.path);
    if (log.removed || !isThere || range.fromOffset < log.startOffset) return;
    await files.use(range.path, async (file) => {
      file.writeAll([bytes], range.position);
      await file.sync();
    });
    log.damage.forget(range);
    isReplaced = true;
  });
  return isReplaced;
}

/** Whether whole batches fill the range, and hold its offsets. */
function fits({ fromOffset, toOffset, position, endPosition }: DamagedRange, bytes: Uint8Array) {
  if (bytes.length === 0 || bytes.length !== endPosition - position) return false;
  let next = fromOffset;
  for (let at = 0; at < bytes.length; at += batchSizeBytes(bytes, at)) {
    if (checkStoredBatch(bytes, at, bytes.length) !== undefined || baseOffset(bytes, at) < next) {
      return false;
    }
    next = lastOffset(bytes, at) + 1;
  }
  return next <= toOffset;
}
