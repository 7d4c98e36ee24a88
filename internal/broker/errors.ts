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
  /** A slave hasn't got it yet. */
  | "offset-not-available"
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
  /** What has to be decided can't be: etcd can't be reached, or somebody else was faster. */
  | "not-decided"
  /** The partition isn't being moved. */
  | "no-reassignment"
  /** These brokers can't have a partition's copies. */
  | "invalid-replicas"
  | "election-not-needed"
  | "preferred-leader-not-there"
  | "no-eligible-leader"
  /** A slave can't reach its master, from which it has producer ids. */
  | "no-producer-ids"
  | "not-enough-replicas"
  | "not-enough-replicas-after-append"
  | "not-leader"
  | "fenced-leader-epoch"
  | "unknown-leader-epoch"
  | "storage-full"
  | "storage-failed"
  | "damaged-records"
  | "shutting-down";

/** A record for which its whole batch is refused. */
export interface RecordFault {
  /** Counted from 0 within the batch. */
  readonly index: number;
  readonly message: string;
}

/** What a refusal may say besides its code and sentence. */
export interface BrokerErrorOptions extends ErrorOptions {
  /** The records that are at fault, where some of a batch are. */
  readonly records?: readonly RecordFault[];
}

/** A refusal with a stable code and a sentence that says what to do. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: BrokerErrorCode;
  readonly records: readonly RecordFault[];

  constructor(code: BrokerErrorCode, message: string, options: BrokerErrorOptions = {}) {
    const { records = [], ...rest } = options;
    super(message, rest);
    this.code = code;
    this.records = records;
  }
}
