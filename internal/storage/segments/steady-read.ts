import { DiskError, type DiskFile } from "../../platform/disk.ts";

/** What a disk fails to read is tried again in pieces of this size, so that the rest is found. */
const PIECE_BYTES = 4096;

/**
 * Fills `target[0, sizeBytes)` from `position` on; returns how many bytes the file had there.
 *
 * Pieces that the disk fails to read (a bad sector) are filled with zeros, which are no batch: so
 * they are damage like any other, and what stands around them is read.
 */
export async function readSteadily(
  file: DiskFile,
  target: Uint8Array,
  sizeBytes: number,
  position: number,
): Promise<number> {
  try {
    return await file.readAsync(target, 0, sizeBytes, position);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  const end = Math.min(sizeBytes, file.sizeBytes() - position);
  for (let at = 0; at < end; ) {
    // Pieces end where those of the disk do.
    const to = Math.min(end, at + PIECE_BYTES - ((position + at) % PIECE_BYTES));
    try {
      await file.readAsync(target, at, to, position + at);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      target.fill(0, at, to);
    }
    at = to;
  }
  return Math.max(0, end);
}

/** Whether a read failed because of the disk, and not for want of anything else. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof DiskError && error.code === "failed";
}
