import type { Disk } from "../../platform/disk.ts";
import { int64At, putInt32, putInt64, uint32At } from "../../record/big-endian.ts";
import { crc32c } from "../../record/crc32c.ts";
import { readWholeFile } from "../whole-file.ts";

/**
 * A file beside the journal's that names a frame: all up to that one were durable.
 *
 *     0  u32  magic
 *     4  u32  CRC-32C of what follows
 *     8  u64  frameNumber
 *
 * The journal itself tells this of a frame only in a later one. So without the mark, damage to its
 * last frames, or their loss with the end of a file, would look like what a power loss leaves of
 * frames that were not durable yet. The mark needs no sync: an old one is true, too. And a damaged
 * one only tells nothing.
 */
const MAGIC = 0x57454d01;
const MARK_BYTES = 16;

/** The mark beside the journal in the folder `journal`. */
export function markPath(journal: string): string {
  return `${journal}/mark`;
}

/** Names the frame `frameNumber`. */
export function writeMark(disk: Disk, journal: string, frameNumber: number): void {
  const bytes = new Uint8Array(MARK_BYTES);
  putInt64(bytes, 8, frameNumber);
  putInt32(bytes, 0, MAGIC);
  putInt32(bytes, 4, crc32c(bytes, 8, MARK_BYTES));
  const file = disk.open(markPath(journal), "create");
  try {
    file.write(bytes, 0, MARK_BYTES, 0);
  } finally {
    file.close();
  }
}

/** The frame that the mark names; 0 if it tells nothing. */
export function readMark(disk: Disk, journal: string): number {
  const path = markPath(journal);
  if (!disk.exists(path)) return 0;
  const bytes = readWholeFile(disk, path);
  return isWhole(bytes) ? int64At(bytes, 8) : 0;
}

/** Whether there is a mark, and it isn't what was written. */
export function markIsDamaged(disk: Disk, journal: string): boolean {
  const path = markPath(journal);
  if (!disk.exists(path)) return false;
  const bytes = readWholeFile(disk, path);
  // It is empty while it is being made.
  return bytes.length > 0 && !isWhole(bytes);
}

function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length !== MARK_BYTES || uint32At(bytes, 0) !== MAGIC) return false;
  return uint32At(bytes, 4) === crc32c(bytes, 8, MARK_BYTES);
}
