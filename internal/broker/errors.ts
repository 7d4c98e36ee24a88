import type { GroupErrorCode } from "../coordination/errors.ts";

/**
 * Why the broker refused or could not do what a client asked. Each door has its own protocol's
 * word for each; the text after it is for people.
 */
export type BrokerErrorCode =
  | GroupErrorCode
  | "topic-exists"
  | "invalid-topic-name"
  | "internal-topic"
  | "invalid-partitions"
  | "invalid-replication-factor"
  | "invalid-config"
  | "invalid-request"
  | "offset-out-of-range"
  | "corrupt-batch"
  | "batch-too-large"
  | "unsupported-batch-format"
  | "unsupported-codec"
  | "invalid-record"
  | "invalid-timestamp"
  | "out-of-order-sequence"
  | "duplicate-sequence"
  | "invalid-producer-epoch"
  | "unknown-producer"
  | "not-enough-replicas"
  | "not-leader"
  | "fenced-leader-epoch"
  | "unknown-leader-epoch"
  | "storage-full"
  | "storage-failed"
  | "damaged-records"
  | "shutting-down";

/** A refusal with a stable code and a sentence that says what to do. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: BrokerErrorCode;

  constructor(code: BrokerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
