/**
 * The messages of a stream. It is opened by a `fetch` request; what the broker has to tell comes
 * as events under the request's id; the request's answer is the end of the stream.
 */
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { type StreamPosition, streamPosition } from "./positions.ts";
import {
  flag,
  int32,
  int53,
  list,
  nullable,
  type RecordShape,
  record,
  type Shape,
  text,
} from "./shapes.ts";

/** Partitions that one stream may read. */
export const MAX_STREAM_PARTITIONS = 10_000;

/** One partition to read. Positions are looked up once, when the stream opens. */
export interface StreamPartition {
  readonly topic: string;
  readonly partition: number;
  /** The first record to read. Where no record has the time asked for: the next one to come. */
  readonly start: StreamPosition;
  /**
   * The record to stop before; null: go on with what is produced later.
   * `latest` is the end seen when the stream opens, and so is a time that no record has reached.
   */
  readonly end: StreamPosition | null;
}

/** What to read, and how many bytes of payload may come before more are granted. */
export interface FetchRequest {
  readonly partitions: readonly StreamPartition[];
  readonly creditBytes: number;
}

const streamPartition: Shape<StreamPartition> = record<StreamPartition>({
  topic: text,
  partition: int32(),
  start: streamPosition,
  end: nullable(streamPosition),
});

/** Opens a stream; answered when it has ended. */
export const fetch: Operation<FetchRequest, Nothing> = {
  name: "fetch",
  request: record<FetchRequest>({
    partitions: list(streamPartition, MAX_STREAM_PARTITIONS),
    creditBytes: int32(),
  }),
  answer: nothing,
};

/** What a client says about a stream that is open, under its id. It has no answer. */
export interface StreamSignal<Fields> {
  readonly name: string;
  readonly fields: RecordShape<Fields>;
}

/** Grants the broker so many bytes more. */
export const credit: StreamSignal<{ readonly bytes: number }> = {
  name: "credit",
  fields: record<{ readonly bytes: number }>({ bytes: int32(1) }),
};

/** Asks for the stream's end; what is under way still comes. */
export const stop: StreamSignal<Nothing> = { name: "stop", fields: nothing };

/** A partition of an open stream, its positions turned into offsets. */
export interface OpenedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number | null;
}

/** The stream's first event: the partitions that could be opened. */
export interface Opened {
  readonly partitions: readonly OpenedPartition[];
}

/** The first event of a stream. */
export const opened: StreamSignal<Opened> = {
  name: "opened",
  fields: record<Opened>({
    partitions: list(
      record<OpenedPartition>({
        topic: text,
        partition: int32(),
        startOffset: int53(),
        endOffset: nullable(int53()),
      }),
      MAX_STREAM_PARTITIONS,
    ),
  }),
};

/** Whole batches of one partition, one behind the other: the payload. */
export interface RecordsHead {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
}

/** Tells of records, which are its payload. */
export const records: StreamSignal<RecordsHead> = {
  name: "records",
  fields: record<RecordsHead>({
    topic: text,
    partition: int32(),
    highWatermark: int53(-1),
    logStartOffset: int53(-1),
  }),
};

/** A partition has reached its end; nothing more comes of it. */
export interface PartitionEnded {
  readonly topic: string;
  readonly partition: number;
  /** The end that was reached: the offset behind the last record. */
  readonly offset: number;
}

/** Tells that a partition is done. */
export const partitionEnded: StreamSignal<PartitionEnded> = {
  name: "partition-ended",
  fields: record<PartitionEnded>({ topic: text, partition: int32(), offset: int53() }),
};

/** A partition can't be read (any more); the stream goes on with the others. */
export interface PartitionFailed {
  readonly topic: string;
  readonly partition: number;
  readonly code: string;
  readonly message: string;
  /** Whether it may be read when it is tried again; null: not told. */
  readonly retriable: boolean | null;
}

/** Tells that a partition can't be read. */
export const partitionFailed: StreamSignal<PartitionFailed> = {
  name: "partition-failed",
  fields: record<PartitionFailed>({
    topic: text,
    partition: int32(),
    code: text,
    message: text,
    retriable: nullable(flag),
  }),
};
