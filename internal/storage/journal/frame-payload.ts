import { baseOffset, batchSizeBytes, partitionLeaderEpoch, storedCrc } from "../../record/batch.ts";
import { checkStoredBatch } from "../../record/check.ts";
import { crc32c } from "../../record/crc32c.ts";
import { HEADER_BYTES } from "../../record/layout.ts";
import {
  EntryKind,
  type FrameHead,
  headersAt,
  isPlaced,
  type JournalEntry,
  readEntry,
} from "./journal-frame.ts";

/** An entry of a frame, and where in the file its payload begins, or its batch's header. */
export interface FoundEntry {
  readonly entry: JournalEntry;
  readonly payloadAt: number;
  /** Whether the payload is what was written; a header is part of the head, and always is. */
  readonly whole: boolean;
}

/** The entries of the frame at `at`, whose head has been read; null if this Weir knows not all. */
export function readEntries(bytes: Uint8Array, at: number, head: FrameHead): FoundEntry[] | null {
  const entries: FoundEntry[] = [];
  let headerAt = at + headersAt(head.entryCount);
  let payloadAt = at + head.headBytes;
  for (let index = 0; index < head.entryCount; index++) {
    const entry = readEntry(bytes, at, index);
    if (entry === null) return null;
    if (isPlaced(entry.kind)) {
      entries.push({ entry, payloadAt: headerAt, whole: true });
      headerAt += HEADER_BYTES;
    } else {
      const whole = entry.sizeBytes === 0 || payloadIsWhole(bytes, entry, payloadAt);
      entries.push({ entry, payloadAt, whole });
      payloadAt += entry.sizeBytes;
    }
  }
  const headEnd = at + head.headBytes;
  return headerAt === headEnd && payloadAt === headEnd + head.payloadBytes ? entries : null;
}

/**
 * Whether the bytes at `at` are those of the batch that the entry tells of: not those of an earlier
 * leader's, which may have written the same one there. The CRC doesn't cover the epoch.
 */
export function isThisBatch(bytes: Uint8Array, at: number, entry: JournalEntry): boolean {
  if (storedCrc(bytes, at) !== entry.crc || baseOffset(bytes, at) !== entry.offset) return false;
  if (partitionLeaderEpoch(bytes, at) !== entry.leaderEpoch) return false;
  if (batchSizeBytes(bytes, at) !== entry.sizeBytes) return false;
  return checkStoredBatch(bytes, at, at + entry.sizeBytes) === undefined;
}

function payloadIsWhole(bytes: Uint8Array, entry: JournalEntry, at: number): boolean {
  const end = at + entry.sizeBytes;
  if (end > bytes.length) return false;
  if (entry.kind === EntryKind.batch) return isThisBatch(bytes, at, entry);
  return crc32c(bytes, at, end) === entry.crc;
}
