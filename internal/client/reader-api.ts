import type { OpenedPartition, PartitionEndedEvent, PartitionFailedEvent } from "./api.ts";
import type { RecordHeader } from "./producer-api.ts";

/** One record as it was read. Its bytes are views into a larger buffer: copy what is to be kept. */
export interface ConsumedRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/** Some records of one partition, in order; never none. */
export interface RecordsEvent {
  readonly kind: "records";
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: number;
  readonly records: readonly ConsumedRecord[];
}

/** What a reader tells. Records come many at a time, so that one costs no promise. */
export type ReaderEvent = RecordsEvent | PartitionEndedEvent | PartitionFailedEvent;

/**
 * A stream with its records decoded: exactly those asked for, in order within a partition. Its
 * memory is bounded: at most one batch is decoded at a time.
 */
export interface RecordReader extends AsyncIterable<ReaderEvent> {
  readonly partitions: readonly OpenedPartition[];
  /** Ends the iteration at once. */
  stop(): void;
}
