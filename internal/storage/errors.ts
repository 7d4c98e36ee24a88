import type { DiskError } from "../platform/disk.ts";
import type { DamagedRange } from "./segments/damaged-range.ts";

/** What went wrong in the storage, with the answer that each has. */
export type StorageErrorCode =
  /** No space on the disk: reading goes on, writing does when space is back. */
  | "full"
  /** A write or a sync failed: what is on the disk since then is unknown until a restart. */
  | "failed"
  /** Bytes on the disk are not those that were written. */
  | "damaged"
  /** The offset is outside of the log. */
  | "out-of-range"
  /** The log was removed. */
  | "removed"
  /** The log was cut while it was read: other records stand at these offsets by now. */
  | "cut"
  /** Who decides what is committed (`commitRule`) doesn't commit this. */
  | "not-committed"
  /** Another process uses the data directory. */
  | "locked"
  /** The files were written by a newer Weir, or by one whose format isn't read any more. */
  | "newer-format"
  | "older-format"
  /** The storage is being closed. */
  | "closing";

/** A storage operation that could not be done. */
export class StorageError extends Error {
  override readonly name: string = "StorageError";
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Why an idempotent producer's batch doesn't follow from its last one. */
export type SequenceErrorCode = "out-of-order-sequence" | "invalid-producer-epoch";

/** A batch that was refused because of its producer's epoch or sequence. */
export class SequenceError extends Error {
  override readonly name = "SequenceError";
  readonly code: SequenceErrorCode;

  constructor(code: SequenceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A damaged stretch of a log: which offsets can't be served, and where they stand. */
export class DamageError extends StorageError {
  override readonly name = "DamageError";
  readonly log: string;
  readonly range: DamagedRange;

  constructor(log: string, range: DamagedRange) {
    super("damaged", `${log}: ${rangeText(range)}`);
    this.log = log;
    this.range = range;
  }
}

/** What can't be read, where it stands, and where the log goes on. */
export function rangeText(range: DamagedRange): string {
  const { fromOffset, toOffset, path, position, fault } = range;
  const last = toOffset - 1;
  const offsets = last > fromOffset ? `offsets ${fromOffset} to ${last}` : `offset ${fromOffset}`;
  return `${offsets} can't be read (${path}, position ${position}: ${fault}); go on at ${toOffset}`;
}

/** What a failed write means for those that come after it. */
export function writeRefusal(error: DiskError): StorageError {
  if (error.code === "full") {
    const message = `the disk is full (${error.path}): free some space, then writing goes on`;
    return new StorageError("full", message, { cause: error });
  }
  const message = `a write failed, no more are taken: ${error.message}; check the disk, restart`;
  return new StorageError("failed", message, { cause: error });
}

/** Why nothing more is begun. */
export function closingError(): StorageError {
  return new StorageError("closing", "the broker is shutting down");
}
