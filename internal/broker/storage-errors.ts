import { EtcdError } from "../platform/etcd.ts";
import { SequenceError, StorageError, type StorageErrorCode } from "../storage/errors.ts";
import { BrokerError, type BrokerErrorCode } from "./errors.ts";

const CODES: Readonly<Record<StorageErrorCode, BrokerErrorCode>> = {
  full: "storage-full",
  failed: "storage-failed",
  damaged: "damaged-records",
  "out-of-range": "offset-out-of-range",
  removed: "unknown-topic-or-partition",
  "not-leader": "not-leader",
  "not-enough-copies": "not-enough-replicas-after-append",
  locked: "storage-failed",
  "newer-format": "storage-failed",
  "older-format": "storage-failed",
  closing: "shutting-down",
};

/** A failure of the storage in the broker's words; a `BrokerError` stays as it is. */
export function brokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
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
