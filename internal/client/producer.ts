import type { ProducerIdentity } from "../broker/api.ts";
import type { Random } from "../platform/random.ts";
import type { NewRecord } from "../record/builder.ts";
import { RecordError } from "../record/errors.ts";
import { partitionOfKey } from "../record/partitioner.ts";
import type { BatchReceipt, CallOptions, ProduceBatch } from "./api.ts";
import type { Caller } from "./call.ts";
import { ClientError } from "./errors.ts";
import { Numbering } from "./numbering.ts";
import { PartitionQueue, type SealedBatch } from "./partition-queue.ts";
import type { Producer, ProducerOptions, ProducerRecord } from "./producer-api.ts";

const MIB = 1024 * 1024;

/** A batch is sent again for so long, unless the producer's options say otherwise. */
const REPEATED_FOR_MS = 30_000;

/** So many numbered batches may be under way: leaders know the last five of a producer again. */
const MOST_NUMBERED = 4;

/** A broker takes batches up to 1 MiB unless it is told otherwise, header included. */
const DEFAULT_BATCH_BYTES = MIB - 64;

const defaults = {
  acks: -1,
  compression: "none",
  batchBytes: DEFAULT_BATCH_BYTES,
  lingerMs: 5,
  maxInFlight: 5,
  maxBufferedBytes: 32 * MIB,
} as const;

/** The options, with those that have a default filled in. */
type Settings = ProducerOptions & Required<Pick<ProducerOptions, keyof typeof defaults>>;

/** What a producer needs besides its options. */
export interface ProducerContext {
  readonly clock: Caller["clock"];
  readonly random: Random;
  readonly topic: string;
  readonly partitionCount: number;
  /**
   * A producer id that nobody else has, where batches are sent again until it is known what became
   * of them; null where they are sent once.
   */
  readonly identify: (() => Promise<ProducerIdentity>) | null;
  readonly produce: (batch: ProduceBatch, options: CallOptions) => Promise<BatchReceipt>;
}

/** Gathers records into batches, one that fills for each partition, and sends those in order. */
export class BatchingProducer implements Producer {
  readonly topic: string;
  readonly partitionCount: number;
  private readonly context: ProducerContext;
  private readonly settings: Settings;
  private readonly queues: readonly PartitionQueue[];
  /** Where records without a key go until that partition's batch is full. */
  private stickyPartition: number;
  /** Bytes of all records that were taken and have no ack yet. */
  private bufferedBytes = 0;
  private closed = false;
  /** Why a batch failed that nobody has been told of. */
  private failure: ClientError | null = null;
  /** Those who wait until no more is buffered than a number of bytes. */
  private waiting: { readonly mostBytes: number; readonly resolve: () => void }[] = [];

  constructor(context: ProducerContext, options: ProducerOptions) {
    this.context = context;
    this.topic = context.topic;
    this.partitionCount = context.partitionCount;
    this.settings = { ...defaults, ...options };
    if (context.identify) {
      const { timeoutMs = REPEATED_FOR_MS } = options;
      const maxInFlight = Math.min(this.settings.maxInFlight, MOST_NUMBERED);
      this.settings = { ...this.settings, maxInFlight, timeoutMs };
    }
    const { compression, batchBytes } = this.settings;
    this.queues = Array.from(
      { length: context.partitionCount },
      (_, partition) => new PartitionQueue(partition, compression, batchBytes),
    );
    this.stickyPartition = context.random.below(context.partitionCount);
  }

  send(record: ProducerRecord): void | Promise<void> {
    if (this.closed) throw new ClientError("closed", "the producer has been closed");
    this.throwFailure();
    const queue = this.queueFor(record);
    const { key, value, headers = [], timestampMs = this.context.clock.nowMs() } = record;
    this.append(queue, { key, value, headers, timestampMs });
    if (this.bufferedBytes > this.settings.maxBufferedBytes) return this.roomAgain();
  }

  async flush(): Promise<void> {
    for (const queue of this.queues) this.sendSoon(queue);
    await this.buffered(0);
    this.throwFailure();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
  }

  private queueFor({ key, partition }: ProducerRecord): PartitionQueue {
    const byKey = key === null ? this.stickyPartition : partitionOfKey(key, this.partitionCount);
    const chosen = partition ?? byKey;
    const queue = this.queues[chosen];
    if (queue !== undefined) return queue;
    const message = `there is no partition ${chosen} of ${this.topic}`;
    throw new ClientError("unknown-topic-or-partition", message, { field: "partition" });
  }

  private append(queue: PartitionQueue, record: NewRecord): void {
    if (queue.hasNoRoomFor(record)) {
      queue.seal();
      this.pump(queue);
    }
    const begins = !queue.isFilling;
    try {
      this.bufferedBytes += queue.append(record);
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      throw new ClientError("invalid-record", cause.message, { cause });
    }
    if (begins) this.linger(queue);
  }

  private linger(queue: PartitionQueue): void {
    const { lingerMs } = this.settings;
    queue.lingering = this.context.clock.after(lingerMs, () => this.sendSoon(queue));
  }

  /** Lets the batch that fills be sent as it is, as soon as there may be one more under way. */
  private sendSoon(queue: PartitionQueue): void {
    queue.isDue = true;
    this.pump(queue);
  }

  /** Chooses another partition for records without a key. */
  private moveOn(): void {
    if (this.partitionCount === 1) return;
    const step = 1 + this.context.random.below(this.partitionCount - 1);
    this.stickyPartition = (this.stickyPartition + step) % this.partitionCount;
  }

  private pump(queue: PartitionQueue): void {
    while (queue.inFlight < this.mostInFlight(queue)) {
      const batch = queue.take();
      if (batch === undefined) return;
      if (queue.partition === this.stickyPartition) this.moveOn();
      queue.inFlight++;
      void this.deliver(queue, batch);
    }
  }

  /** What a leader doesn't know may begin anywhere: the first of several has to be there before. */
  private mostInFlight({ numbering }: PartitionQueue): number {
    const { acks, maxInFlight } = this.settings;
    if (!this.context.identify) return maxInFlight;
    return numbering?.isKnown && acks === -1 ? maxInFlight : 1;
  }

  private async deliver(queue: PartitionQueue, batch: SealedBatch): Promise<void> {
    const { settings } = this;
    const { partition } = queue;
    const { recordCount } = batch;
    try {
      const receipt = await this.produce(queue, batch);
      settings.onReceipt?.(receipt, { partition, recordCount });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (settings.onFailure === undefined) this.failure ??= error;
      else settings.onFailure(error, { partition, recordCount });
    } finally {
      queue.inFlight--;
      this.bufferedBytes -= batch.bufferedBytes;
      this.pump(queue);
      this.releaseWaiting();
    }
  }

  private async produce(queue: PartitionQueue, batch: SealedBatch): Promise<BatchReceipt> {
    const { topic, context } = this;
    const { partition } = queue;
    const { acks, timeoutMs } = this.settings;
    const patience = timeoutMs === undefined ? {} : { timeoutMs };
    const send = (bytes: Uint8Array) =>
      context.produce({ topic, partition, batch: bytes, acks }, patience);
    if (!context.identify) return send(batch.build(undefined));
    queue.numbering ??= new Numbering(await context.identify());
    const { numbering } = queue;
    const bytes = batch.build(numbering.take(batch.recordCount));
    try {
      return await numbering.send(() => send(bytes));
    } catch (error) {
      if (queue.numbering === numbering) queue.numbering = null;
      throw error;
    }
  }

  private async roomAgain(): Promise<void> {
    await this.buffered(this.settings.maxBufferedBytes);
    this.throwFailure();
  }

  /** Resolves when at most `mostBytes` are buffered. */
  private buffered(mostBytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ mostBytes, resolve });
      this.releaseWaiting();
    });
  }

  private releaseWaiting(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = waiting.filter(({ mostBytes }) => this.bufferedBytes > mostBytes);
    for (const { mostBytes, resolve } of waiting) if (this.bufferedBytes <= mostBytes) resolve();
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
  }
}
