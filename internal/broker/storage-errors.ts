import { EtcdError } from "../platform/etcd.ts";
import { NotCommitted, type NotCommittedReason } from "../replication/not-committed.ts";
import { SequenceError, StorageError, type StorageErrorCode } from "../storage/errors.ts";
import { BrokerError, type BrokerErrorCode } from "./errors.ts";

const CODES: Readonly<Record<StorageErrorCode, BrokerErrorCode>> = {
  full: "storage-full",
  failed: "storage-failed",
  damaged: "damaged-records",
  "out-of-range": "offset-out-of-range",
  removed: "unknown-topic-or-partition",
  cut: "not-leader",
  "not-committed": "not-leader",
  locked: "storage-failed",
  "newer-format": "storage-failed",
  "older-format": "storage-failed",
  closing: "shutting-down",
};

const REASONS: Readonly<Record<NotCommittedReason, BrokerErrorCode>> = {
  "not-leader": "not-leader",
  "not-enough-copies": "not-enough-replicas-after-append",
};

/** A failure of the storage in the broker's words; a `BrokerError` stays as it is. */
export function brokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof NotCommitted) {
    return new BrokerError(REASONS[error.reason], error.message, { cause: error });
  }
  if (error instanceof StorageError) {
    return new BrokerError(CODES[error.code], error.message, { cause: error });
  }
  if (error instanceof EtcdError) {
    return new BrokerError("not-decided", error.message, { cause: error });
  }
  if (error instanceof SequenceError) {
    return new BrokerError(error.code, error.message, { cause: error });
  }
  throw error;
}

/** What the storage is doing, with a failure of it in the broker's words. */
export async function inBrokersWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw brokerError(error);
  }
}

/** Takes a failure of the storage as it is; throws all others. */
export function onlyIfStorage(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
