import { batchSizeBytes } from "../record/batch.ts";
import type { OpenedPartition } from "./api.ts";
import { decodeBatch, type OffsetRange } from "./decode.ts";
import { ClientError } from "./errors.ts";
import type { Reader, ReaderEvent } from "./reader-api.ts";
import type { BatchesEvent, BatchStream } from "./stream-api.ts";

/** Makes records of a stream's batches, one batch at a time. */
export class DecodingReader implements Reader {
  readonly partitions: readonly OpenedPartition[];
  private readonly stream: BatchStream;
  /** What was asked for of each partition; nothing of one with records that are damaged. */
  private readonly ranges = new Map<string, OffsetRange>();
  private stopped = false;

  constructor(stream: BatchStream) {
    this.stream = stream;
    this.partitions = stream.partitions;
    for (const opened of stream.partitions) this.opened(opened);
  }

  stop(): void {
    this.stopped = true;
    this.stream.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReaderEvent, undefined> {
    for await (const event of this.stream) {
      if (event.kind === "partition-back") this.opened(event);
      const range = this.ranges.get(keyOf(event));
      if (event.kind === "partition-failed" || event.kind === "partition-away") yield event;
      else if (range === undefined) continue;
      else if (event.kind === "records") yield* this.decode(event, range);
      else yield event;
    }
  }

  private opened(partition: OpenedPartition): void {
    const to = partition.endOffset ?? Number.POSITIVE_INFINITY;
    this.ranges.set(keyOf(partition), { from: partition.startOffset, to });
  }

  private *decode(event: BatchesEvent, range: OffsetRange): Generator<ReaderEvent, undefined> {
    const { topic, partition, highWatermark, batches } = event;
    try {
      let at = 0;
      while (at < batches.length && !this.stopped) {
        const records = decodeBatch(batches, at, range);
        at += batchSizeBytes(batches, at);
        if (records.length === 0) continue;
        yield { kind: "records", topic, partition, highWatermark, records };
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      this.ranges.delete(keyOf(event));
      yield { kind: "partition-failed", topic, partition, error };
    }
  }
}

/** Topics have no colon in their names, and partitions are numbers. */
function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}:${partition}`;
}
