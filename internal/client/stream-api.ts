import type { OpenedPartition, StreamPartition } from "../doors/native/protocol/stream-messages.ts";
import type { ClientError } from "./errors.ts";

/** What to read. */
export interface StreamRequest {
  readonly partitions: readonly StreamPartition[];
  /** How many bytes may be under way from the broker; 4 MiB if left out. */
  readonly windowBytes?: number;
}

/**
 * What the broker sends of some partitions, in order within each.
 *
 * It ends when every partition has reached its end or failed, after `stop`, or with a `ClientError`
 * when the connection is lost. The broker sends no more than the window ahead of the consumer, so
 * one that stops asking holds up nothing but this stream.
 */
export interface BatchStream extends AsyncIterable<StreamEvent> {
  /**
   * The partitions that could be opened at once; the others have an event, `partition-failed` or
   * `partition-away`.
   */
  readonly partitions: readonly OpenedPartition[];
  /** Asks for no more; what is under way is dropped. The iteration ends at once. */
  stop(): void;
}

/** What a stream tells. */
export type StreamEvent = BatchesEvent | PartitionNews;

/** What a stream tells of a partition beside its records. */
export type PartitionNews =
  | PartitionEndedEvent
  | PartitionFailedEvent
  | PartitionAwayEvent
  | PartitionBackEvent;

/** Records of one partition. */
export interface BatchesEvent {
  readonly kind: "records";
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  /**
   * Whole v2 batches, one behind the other, as they are in the log. The first may begin before the
   * stream's start, the last may go on past its end: a reader leaves out the rest.
   */
  readonly batches: Uint8Array;
}

/** A partition has reached its end; nothing more comes of it. */
export interface PartitionEndedEvent {
  readonly kind: "partition-ended";
  readonly topic: string;
  readonly partition: number;
  /** The offset behind the last record. */
  readonly offset: number;
}

/**
 * No broker of a cluster could be asked for a partition for a while. One that is read without an
 * end is looked for on and on; nothing of it is left out.
 */
export interface PartitionAwayEvent {
  readonly kind: "partition-away";
  readonly topic: string;
  readonly partition: number;
  /** Why the last try failed. */
  readonly error: ClientError;
}

/** A partition that was told of as away is read again, or for the first time. */
export interface PartitionBackEvent extends OpenedPartition {
  readonly kind: "partition-back";
}

/** A partition can't be read (any more); the stream goes on with the others. */
export interface PartitionFailedEvent {
  readonly kind: "partition-failed";
  readonly topic: string;
  readonly partition: number;
  readonly error: ClientError;
}
