import type { Codec } from "../record/layout.ts";
import type { RecordHeader } from "../record/records.ts";
import type { BatchReceipt } from "./api.ts";
import type { ClientError } from "./errors.ts";

export type { Codec } from "../record/layout.ts";
export { partitionOfKey } from "../record/partitioner.ts";
export { parseRecordLine, RecordLineError } from "../record/record-line.ts";
export type { RecordHeader } from "../record/records.ts";

/** How a producer gathers and sends; what is left out has the value named. */
export interface ProducerOptions {
  /** -1 */
  readonly acks?: -1 | 0 | 1;
  /** "none" */
  readonly compression?: Codec;
  /** Bytes of uncompressed records that close a batch: 1 MiB less room for its head. */
  readonly batchBytes?: number;
  /** How long a batch that is not full waits for more records: 5. */
  readonly lingerMs?: number;
  /** Batches of one partition that may be under way at a time: 5; in a cluster 4. */
  readonly maxInFlight?: number;
  /** Bytes of records, buffered and under way, above which `send` waits: 32 MiB. */
  readonly maxBufferedBytes?: number;
  /** How long a batch waits for its ack; the connection's timeout, in a cluster 30 s. */
  readonly timeoutMs?: number;
  /** Told of each batch that was acked, in order within a partition. */
  readonly onReceipt?: (receipt: BatchReceipt, batch: SentBatch) => void;
  /** Told of each batch that failed. Without it the next `send`, `flush` or `close` rejects. */
  readonly onFailure?: (error: ClientError, batch: SentBatch) => void;
}

/** A batch that was sent, for the one who is told what became of it. */
export interface SentBatch {
  readonly partition: number;
  readonly recordCount: number;
}

/** One record to be produced. Its bytes are copied by `send`. */
export interface ProducerRecord {
  /** null: none. Records with the same key go to the same partition, as Kafka's clients do. */
  readonly key: Uint8Array | null;
  /** null: a tombstone. */
  readonly value: Uint8Array | null;
  /** Left out or empty: none. */
  readonly headers?: readonly RecordHeader[];
  /** Left out: now. */
  readonly timestampMs?: number;
  /** Left out: chosen by key, or, without one, for some time the same and then another. */
  readonly partition?: number;
}

/** Gathers records of one topic into batches, and sends them. */
export interface Producer {
  readonly topic: string;
  readonly partitionCount: number;
  /**
   * Takes one record. Returns a promise only when too much is buffered: wait for it before sending
   * more. Throws or rejects with a `ClientError` when the record can't be taken (`invalid-record`:
   * the record itself), or when a batch failed and there is no `onFailure`.
   */
  send(record: ProducerRecord): void | Promise<void>;
  /** Sends what is buffered; resolves when all of it was acked or has failed. */
  flush(): Promise<void>;
  /** Flushes; the producer takes no more records. */
  close(): Promise<void>;
}
