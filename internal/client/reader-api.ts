import type { LogRecord } from "../record/records.ts";
import type { OpenedPartition } from "./api.ts";
import type { PartitionNews } from "./stream-api.ts";

export { recordLine } from "../record/record-line.ts";
export type { LogRecord } from "../record/records.ts";
export { timestampText } from "../record/timestamp-text.ts";

/**
 * Some records of one partition, in order; never none. Their keys, values and headers are views
 * into a larger buffer: copy what is to be kept for long.
 */
export interface RecordsEvent {
  readonly kind: "records";
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: number;
  readonly records: readonly LogRecord[];
}

/** What a reader tells. Records come many at a time, so that one costs no promise. */
export type ReaderEvent = RecordsEvent | PartitionNews;

/**
 * A stream with its records decoded: exactly those asked for, in order within a partition. Its
 * memory is bounded: at most one batch is decoded at a time.
 */
export interface Reader extends AsyncIterable<ReaderEvent> {
  readonly partitions: readonly OpenedPartition[];
  /** Ends the iteration at once. */
  stop(): void;
}
