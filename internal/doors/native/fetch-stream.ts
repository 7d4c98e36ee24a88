import type { Broker, FetchedPartition, Fetcher, OffsetPosition } from "../../broker/api.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { NativeLimits } from "./limits.ts";
import type { OpenStream, StreamOutlet } from "./open-stream.ts";
import { endOffsetOf } from "./pieces.ts";
import type { StreamPosition } from "./protocol/positions.ts";
import { type Refusal, refusalFor, refusalOf } from "./protocol/refusal.ts";
import { FieldError } from "./protocol/shapes.ts";
import * as messages from "./protocol/stream-messages.ts";

/** A partition that a stream reads: where it is, and where it stops. */
interface Cursor {
  readonly topic: string;
  readonly partition: number;
  offset: number;
  readonly endOffset: number | null;
}

/** Room for the head of a `records` frame, in the bound of a frame. */
const HEAD_ROOM_BYTES = 1024;

const EARLIEST: OffsetPosition = { kind: "earliest" };

/** An idle stream asks the broker again after this long. */
const POLL_WAIT_MS = 30_000;

/**
 * One open stream: it polls the broker while it has credit and its connection has room, so that it
 * costs no more memory than one poll, whatever its client does.
 */
export class FetchStream implements OpenStream {
  private readonly broker: Broker;
  private readonly outlet: StreamOutlet;
  private readonly limits: NativeLimits;
  private readonly fetcher: Fetcher;
  private readonly cursors = new Map<string, Cursor>();
  private readonly partitions: readonly messages.StreamPartition[];
  private creditBytes: number;
  private stopped = false;
  /** Goes on with a stream that waits for credit. */
  private resume: (() => void) | null = null;

  constructor(
    broker: Broker,
    outlet: StreamOutlet,
    limits: NativeLimits,
    { partitions, creditBytes }: messages.FetchRequest,
  ) {
    refuseTwice(partitions);
    this.partitions = partitions;
    this.broker = broker;
    this.outlet = outlet;
    this.limits = limits;
    this.fetcher = broker.openFetcher();
    this.creditBytes = Math.min(creditBytes, limits.maxCreditBytes);
  }

  credit(fields: unknown): void {
    const { bytes } = messages.credit.fields.read(fields);
    this.creditBytes = Math.min(this.creditBytes + bytes, this.limits.maxCreditBytes);
    this.goOn();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.fetcher.close();
    this.goOn();
  }

  /** Serves the stream until all partitions have ended or it is stopped. */
  async run(): Promise<void> {
    await this.open();
    while (!this.stopped && this.cursors.size > 0) {
      if (this.creditBytes <= 0) await this.credited();
      await this.outlet.room();
      if (this.stopped) break;
      await this.poll();
    }
    this.stop();
  }

  private async open(): Promise<void> {
    const failed: messages.PartitionFailed[] = [];
    for (const wanted of this.partitions) {
      const { topic, partition } = wanted;
      try {
        const offset = await this.locate(topic, partition, wanted.start);
        const endOffset = wanted.end && (await this.locate(topic, partition, wanted.end));
        this.cursors.set(keyOf(topic, partition), { topic, partition, offset, endOffset });
      } catch (error) {
        failed.push({ topic, partition, ...reasonOf(error) });
      }
      if (this.stopped) return;
    }
    const cursors = [...this.cursors.values()];
    const opened = cursors.map(({ offset, ...rest }) => ({ ...rest, startOffset: offset }));
    this.outlet.event(messages.opened, { partitions: opened }, []);
    for (const failure of failed) this.outlet.event(messages.partitionFailed, failure, []);
    for (const cursor of cursors) this.move(cursor, cursor.offset);
  }

  private async locate(topic: string, partition: number, place: StreamPosition): Promise<number> {
    if (place.kind === "offset") {
      if (this.broker.partition(topic, partition) !== undefined) return place.offset;
      throw new BrokerError(
        "unknown-topic-or-partition",
        `there is no partition ${partition} of ${topic}`,
      );
    }
    if (place.kind === "nearest") {
      const { offset: earliest } = await this.broker.findOffset(topic, partition, EARLIEST);
      // Not the high watermark: a new leader's may be behind for a moment.
      const end = this.broker.partition(topic, partition)?.logEndOffset ?? earliest;
      return Math.min(Math.max(place.offset, earliest), end);
    }
    const { offset } = await this.broker.findOffset(topic, partition, place);
    if (offset >= 0) return offset;
    const latest: OffsetPosition = { kind: "latest" };
    return (await this.broker.findOffset(topic, partition, latest)).offset;
  }

  private async poll(): Promise<void> {
    const maxBytes = Math.min(this.creditBytes, this.limits.maxStreamPollBytes);
    const wait = { minBytes: 1, maxWaitMs: POLL_WAIT_MS, includeUnchanged: false };
    const fetched = await this.fetcher.poll({ ...wait, maxBytes });
    if (this.stopped) return;
    for (const partition of fetched) this.deliver(partition);
  }

  private deliver(fetched: FetchedPartition): void {
    const cursor = this.cursors.get(keyOf(fetched.topic, fetched.partition));
    if (cursor === undefined) return;
    if (fetched.error !== null) {
      this.fail(cursor, reasonOf(fetched.error));
    } else if (fetched.sizeBytes > this.limits.maxFrameBytes - HEAD_ROOM_BYTES) {
      const message = `a batch of ${fetched.sizeBytes} bytes is larger than a frame may be`;
      this.fail(cursor, refusalFor("batch-too-large", message));
    } else if (fetched.sizeBytes > 0) {
      this.send(cursor, fetched);
    }
  }

  private send(cursor: Cursor, fetched: FetchedPartition): void {
    const { topic, partition, highWatermark, logStartOffset } = fetched;
    const head = { topic, partition, highWatermark, logStartOffset };
    this.creditBytes -= fetched.sizeBytes;
    this.outlet.event(messages.records, head, fetched.records);
    this.move(cursor, endOffsetOf(fetched.records));
  }

  /** Puts a partition's cursor to `offset`, which may be its end. */
  private move(cursor: Cursor, offset: number): void {
    const { topic, partition, endOffset } = cursor;
    cursor.offset = offset;
    if (endOffset !== null && offset >= endOffset) {
      this.drop(cursor);
      this.outlet.event(messages.partitionEnded, { topic, partition, offset: endOffset }, []);
    } else {
      const maxBytes = this.limits.maxStreamPollBytes;
      this.fetcher.watch({ topic, partition, offset, maxBytes, currentLeaderEpoch: -1 });
    }
  }

  private fail(cursor: Cursor, reason: Refusal): void {
    const { topic, partition } = cursor;
    this.drop(cursor);
    this.outlet.event(messages.partitionFailed, { topic, partition, ...reason }, []);
  }

  private drop({ topic, partition }: Cursor): void {
    this.cursors.delete(keyOf(topic, partition));
    this.fetcher.unwatch(topic, partition);
  }

  private credited(): Promise<void> {
    return new Promise((resolve) => {
      this.resume = resolve;
    });
  }

  private goOn(): void {
    this.resume?.();
    this.resume = null;
  }
}

/** What a client is told of a partition's failure; rethrows what is the broker's own fault. */
function reasonOf(error: unknown): Refusal {
  const refusal = refusalOf(error);
  if (refusal === null) throw error;
  return refusal;
}

function refuseTwice(partitions: readonly messages.StreamPartition[]): void {
  const keys = new Set<string>();
  partitions.forEach(({ topic, partition }, index) => {
    const key = keyOf(topic, partition);
    if (keys.has(key)) throw new FieldError(`partitions[${index}]`, "is in the list before");
    keys.add(key);
  });
}

/** Topics have no colon in their names, and partitions are numbers. */
function keyOf(topic: string, partition: number): string {
  return `${topic}:${partition}`;
}
