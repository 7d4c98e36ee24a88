import { DamageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { DamagedRange } from "../storage/segments/damaged-range.ts";

/** What pieces of logs are read with. */
export interface PieceReader {
  readonly store: LogStore;
  /** Told of what can't be read here: the follower gets what stands behind it, and not this. */
  readonly leftOut: (log: PartitionLog, range: DamagedRange) => void;
}

/**
 * Reads batches of a log from an offset on, about so many bytes of them, up to where it ends now;
 * none where nothing can be read any more. They may not be durable here yet: a copy is made so
 * while this broker does it. What is damaged is left out, or nothing of any log would be copied any
 * more. Throws a `StorageError` for anything else.
 */
export async function readPiece(
  { store, leftOut }: PieceReader,
  log: PartitionLog,
  fromOffset: number,
  sizeBytes: number,
): Promise<readonly Uint8Array[]> {
  const { endOffset } = log;
  for (let from = fromOffset; from < endOffset; ) {
    try {
      return await store.read(log, from, endOffset, sizeBytes);
    } catch (error) {
      if (log.removed || !(error instanceof DamageError)) throw error;
      leftOut(log, error.range);
      from = error.range.toOffset;
    }
  }
  return [];
}
