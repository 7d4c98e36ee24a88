import type { Timer } from "../platform/clock.ts";
import { BatchBuilder, type BatchProducer, type NewRecord } from "../record/builder.ts";
import type { Codec } from "../record/layout.ts";
import type { Numbering } from "./numbering.ts";

/** A batch that takes no more records. */
export interface SealedBatch {
  readonly recordCount: number;
  /** What its records count for in the bound of what is buffered: their size uncompressed. */
  readonly bufferedBytes: number;
  /** The batch as it is sent; once. */
  build(producer: BatchProducer | undefined): Uint8Array;
}

/** The records of one partition that have not been sent: full batches, and one that fills. */
export class PartitionQueue {
  readonly partition: number;
  /** Batches that were sent and have no ack yet. */
  inFlight = 0;
  /** The numbers of its batches, where they have some; null: new ones are needed. */
  numbering: Numbering | null = null;
  /** Whether the batch that fills has waited long enough for more records. */
  isDue = false;
  /** Says when it has. */
  lingering: Timer | null = null;
  private readonly codec: Codec;
  private readonly batchBytes: number;
  private filling: BatchBuilder | null = null;
  private readonly full: SealedBatch[] = [];

  constructor(partition: number, codec: Codec, batchBytes: number) {
    this.partition = partition;
    this.codec = codec;
    this.batchBytes = batchBytes;
  }

  /** Whether a batch has begun that takes more records. */
  get isFilling(): boolean {
    return this.filling !== null;
  }

  /** Whether `record` has to begin a batch of its own while there is another one to send first. */
  hasNoRoomFor(record: NewRecord): boolean {
    return this.filling !== null && this.filling.sizeBytesWith(record) > this.batchBytes;
  }

  /** Adds a record; returns by how many bytes what is buffered has grown. Throws `RecordError`. */
  append(record: NewRecord): number {
    const filling = this.filling ?? new BatchBuilder();
    const before = this.filling === null ? 0 : filling.sizeBytes;
    filling.append(record);
    this.filling = filling;
    return filling.sizeBytes - before;
  }

  /** Ends the batch that fills: it is to be sent, and a new one begins with the next record. */
  seal(): void {
    const { filling } = this;
    this.filling = null;
    this.isDue = false;
    this.lingering?.cancel();
    if (filling === null) return;
    const { recordCount, sizeBytes } = filling;
    const build: SealedBatch["build"] = (producer) => filling.build(this.codec, producer);
    this.full.push({ recordCount, bufferedBytes: sizeBytes, build });
  }

  /** The next batch to be sent, which may be the one that fills if it is due. */
  take(): SealedBatch | undefined {
    if (this.full.length === 0 && this.isDue) this.seal();
    return this.full.shift();
  }
}
