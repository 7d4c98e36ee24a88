import { batchSizeBytes, lastOffset } from "../record/batch.ts";
import { recordsOf } from "../record/records.ts";
import { DamageError, StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { GroupChange } from "./changes.ts";
import { decodeChange, type RecordFault } from "./records.ts";

const READ_BYTES = 1024 * 1024;
const RECORD_LIMIT_BYTES = 128 * 1024 * 1024;

type OnChange = (change: GroupChange) => void;

/**
 * Tells `apply` what a partition of `__consumer_offsets` has from offset `from` to `end`. Rejects
 * with `StorageError` if it can't be read.
 */
export async function replayLog(
  store: LogStore,
  log: PartitionLog,
  from: number,
  end: number,
  apply: OnChange,
): Promise<void> {
  for (let offset = from; offset < end; ) {
    const chunks = await read(store, log, offset, end);
    if (typeof chunks === "number") {
      offset = chunks;
      continue;
    }
    if (chunks.length === 0) return;
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
        replayBatch(log, chunk, at, apply);
        offset = lastOffset(chunk, at) + 1;
      }
    }
  }
}

/**
 * Batches from `offset` on; the offset to go on at where they are damaged, which the storage tells
 * people of. What was there is known as it was told before, or not at all.
 */
async function read(
  store: LogStore,
  log: PartitionLog,
  offset: number,
  end: number,
): Promise<readonly Uint8Array[] | number> {
  try {
    return await store.read(log, offset, end, READ_BYTES);
  } catch (error) {
    if (error instanceof DamageError) return error.range.toOffset;
    throw error;
  }
}

function replayBatch({ name }: PartitionLog, chunk: Uint8Array, at: number, apply: OnChange): void {
  for (const { key, value, offset } of recordsOf(chunk, at, RECORD_LIMIT_BYTES)) {
    const change = key === null ? "malformed" : decodeChange(key, value);
    if (typeof change !== "string") apply(change);
    // What a newer version keeps besides groups and offsets is nothing to this one.
    else if (change !== "unknown-kind") throw unreadable(name, offset, change);
  }
}

function unreadable(name: string, offset: number, fault: Exclude<RecordFault, "unknown-kind">) {
  const what = `${name}: the record at offset ${offset}`;
  if (fault === "malformed") return new StorageError("damaged", `${what} is no record of groups`);
  return new StorageError("newer-format", `${what} was written by a newer Weir`);
}
