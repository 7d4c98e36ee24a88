/** Makes record batches, as a producer sends them. */
import { computedCrc, stampBatch } from "./batch.ts";
import { putInt16, putInt32, putInt64 } from "./big-endian.ts";
import { compress } from "./compression.ts";
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  CODECS,
  type Codec,
  CRC_AT,
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  MAGIC_AT,
  MAGIC_V2,
  MAX_TIMESTAMP_AT,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  TRANSACTIONAL_BIT,
} from "./layout.ts";
import { append, newOutput, reserve } from "./output.ts";
import type { LogRecord, RecordHeader } from "./records.ts";
import { putVarint, varintBytes } from "./varint.ts";

/** A record that has no offset yet. */
export type NewRecord = Omit<LogRecord, "offset">;

/** Who an idempotent producer is, and the sequence number of the batch's first record. */
export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional: boolean;
}

/** What a null takes: the varint of -1. */
const NULL_BYTES = 1;

/** The batch's length field is an int32. */
const MAX_BATCH_BYTES = 2 ** 31 - 1;

const INITIAL_BYTES = 1024;

const NO_NAMES: readonly Uint8Array[] = [];

const encoder = new TextEncoder();

/**
 * Collects records into one batch, written as they come into one growing buffer:
 *
 * ```ts
 * const builder = new BatchBuilder();
 * if (builder.sizeBytesWith(record) > maxBatchBytes && builder.recordCount > 0) flush();
 * builder.append(record);
 * const batch = builder.build("lz4");
 * ```
 */
export class BatchBuilder {
  recordCount = 0;
  private baseTimestampMs = NO_TIMESTAMP;
  private maxTimestampMs = NO_TIMESTAMP;
  private readonly output = newOutput(INITIAL_BYTES, MAX_BATCH_BYTES);

  constructor() {
    this.output.length = HEADER_BYTES;
  }

  /** Size of the batch as it is, uncompressed. */
  get sizeBytes(): number {
    return this.output.length;
  }

  /** Size of the batch, uncompressed, with one record more. */
  sizeBytesWith(record: NewRecord): number {
    const bodyBytes = this.bodyBytes(record, encodeNames(record.headers));
    return this.output.length + varintBytes(bodyBytes) + bodyBytes;
  }

  /** @throws RecordError "too-large" beyond 2 GiB; the batch is then as it was before */
  append(record: NewRecord): void {
    const names = encodeNames(record.headers);
    const bodyBytes = this.bodyBytes(record, names);
    const output = this.output;
    reserve(output, varintBytes(bodyBytes) + bodyBytes);
    if (this.recordCount === 0) this.baseTimestampMs = record.timestampMs;
    this.maxTimestampMs = Math.max(this.maxTimestampMs, record.timestampMs);
    this.putNumber(bodyBytes);
    output.bytes[output.length++] = 0;
    this.putNumber(record.timestampMs - this.baseTimestampMs);
    this.putNumber(this.recordCount++);
    this.putBytes(record.key);
    this.putBytes(record.value);
    this.putNumber(record.headers.length);
    for (let index = 0; index < names.length; index++) {
      this.putBytes(names[index] ?? null);
      this.putBytes(record.headers[index]?.[1] ?? null);
    }
  }

  /**
   * The batch, with base offset 0 and no leader epoch: a broker stamps it. The builder is used up:
   * the result may be a view into its buffer.
   */
  build(codec: Codec, producer?: BatchProducer): Uint8Array {
    const output = this.output;
    const records = compress(codec, output.bytes, HEADER_BYTES, output.length);
    let batch = output.bytes.subarray(0, output.length);
    if (codec !== "none") {
      batch = new Uint8Array(HEADER_BYTES + records.length);
      batch.set(records, HEADER_BYTES);
    }
    this.putHeader(batch, codec, producer);
    return batch;
  }

  private putHeader(batch: Uint8Array, codec: Codec, producer: BatchProducer | undefined): void {
    const transactional = producer?.transactional ? TRANSACTIONAL_BIT : 0;
    stampBatch(batch, 0, 0, NO_LEADER_EPOCH);
    putInt32(batch, BATCH_LENGTH_AT, batch.length - LEADER_EPOCH_AT);
    batch[MAGIC_AT] = MAGIC_V2;
    putInt16(batch, ATTRIBUTES_AT, CODECS.indexOf(codec) | transactional);
    putInt32(batch, LAST_OFFSET_DELTA_AT, this.recordCount - 1);
    putInt64(batch, BASE_TIMESTAMP_AT, this.baseTimestampMs);
    putInt64(batch, MAX_TIMESTAMP_AT, this.maxTimestampMs);
    putInt64(batch, PRODUCER_ID_AT, producer?.producerId ?? NO_PRODUCER_ID);
    putInt16(batch, PRODUCER_EPOCH_AT, producer?.producerEpoch ?? NO_PRODUCER_EPOCH);
    putInt32(batch, BASE_SEQUENCE_AT, producer?.baseSequence ?? NO_SEQUENCE);
    putInt32(batch, RECORD_COUNT_AT, this.recordCount);
    putInt32(batch, CRC_AT, computedCrc(batch, 0));
  }

  /** Size of a record behind its length field. */
  private bodyBytes(record: NewRecord, names: readonly Uint8Array[]): number {
    const baseTimestampMs = this.recordCount === 0 ? record.timestampMs : this.baseTimestampMs;
    let bytes = 1 + varintBytes(record.timestampMs - baseTimestampMs);
    bytes += varintBytes(this.recordCount) + sizedBytes(record.key) + sizedBytes(record.value);
    bytes += varintBytes(record.headers.length);
    for (const name of names) bytes += sizedBytes(name);
    for (const [, value] of record.headers) bytes += sizedBytes(value);
    return bytes;
  }

  private putNumber(value: number): void {
    this.output.length = putVarint(this.output.bytes, this.output.length, value);
  }

  private putBytes(bytes: Uint8Array | null): void {
    this.putNumber(bytes === null ? -1 : bytes.length);
    if (bytes !== null) append(this.output, bytes, 0, bytes.length);
  }
}

function sizedBytes(bytes: Uint8Array | null): number {
  return bytes === null ? NULL_BYTES : varintBytes(bytes.length) + bytes.length;
}

function encodeNames(headers: readonly RecordHeader[]): readonly Uint8Array[] {
  if (headers.length === 0) return NO_NAMES;
  return headers.map(([name]) => encoder.encode(name));
}
