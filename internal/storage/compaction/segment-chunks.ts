import type { DiskFile } from "../../platform/disk.ts";
import { baseOffset, batchSizeBytes, lastOffset } from "../../record/batch.ts";
import { checkStoredBatch } from "../../record/check.ts";
import { HEADER_BYTES } from "../../record/layout.ts";
import { DamageError } from "../errors.ts";
import type { Segment } from "../segment.ts";

/** How much is read at a time. */
const READ_BYTES = 512 * 1024;

/** Whole batches, checked: `bytes[0, sizeBytes)`, until the next chunk is asked for. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

/**
 * All batches of a closed segment, in order. Throws `DamageError` where one isn't what was
 * written, or where its offsets don't follow.
 */
export async function* segmentChunks(
  log: string,
  segment: Segment,
  file: DiskFile,
): AsyncGenerator<Chunk> {
  let bytes = new Uint8Array(Math.min(READ_BYTES, segment.sizeBytes));
  let nextOffset = segment.baseOffset;
  for (let position = 0; position < segment.sizeBytes; ) {
    const want = Math.min(bytes.length, segment.sizeBytes - position);
    const got = await file.readAsync(bytes, 0, want, position);
    let at = 0;
    while (isWhole(bytes, at, got)) {
      const fault = checkStoredBatch(bytes, at, got);
      if (fault || baseOffset(bytes, at) < nextOffset) {
        const what = fault ?? "offsets that go back";
        throw new DamageError(log, nextOffset, file.path, position + at, what);
      }
      nextOffset = lastOffset(bytes, at) + 1;
      at += batchSizeBytes(bytes, at);
    }
    if (at > 0) yield { bytes, sizeBytes: at };
    position += at;
    if (at > 0) continue;
    // The first batch is larger than what was read, unless it can't be one.
    const sizeBytes = got < HEADER_BYTES ? 0 : batchSizeBytes(bytes, 0);
    const goesOn = sizeBytes > got && got === bytes.length;
    if (!goesOn || position + sizeBytes > segment.sizeBytes) {
      throw new DamageError(log, nextOffset, file.path, position, "no whole batch");
    }
    bytes = new Uint8Array(sizeBytes);
  }
}

function isWhole(bytes: Uint8Array, at: number, end: number): boolean {
  return at + HEADER_BYTES <= end && at + batchSizeBytes(bytes, at) <= end;
}
