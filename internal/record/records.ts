/**
 * The records inside of a batch.
 *
 * ```
 *   +--------+--------+-----------+---------+-----+-----+-------+-------+---------+---------
 *   | length | attri- | timestamp | offset  | key | key | value | value | header  | headers
 *   | varint | butes  | delta     | delta   | size|     | size  |       | count   | ...
 *   |        | int8=0 | varint64  | varint  |     |     |       |       | varint  |
 *   +--------+--------+-----------+---------+-----+-----+-------+-------+---------+---------
 *   A header: name size, name (UTF-8), value size, value. A size of -1 means null.
 *   The length counts what follows it.
 * ```
 *
 * Source: Kafka protocol guide, "Record".
 */
import {
  baseOffset,
  baseTimestampMs,
  batchSizeBytes,
  codecOf,
  lastOffset,
  maxTimestampMs,
  recordCount,
  timestampType,
} from "./batch.ts";
import { decompress } from "./compression.ts";
import { RecordError } from "./errors.ts";
import { HEADER_BYTES, NO_TIMESTAMP } from "./layout.ts";
import { readVarint } from "./varint.ts";

/** A record's header: a name and a value that may be null. */
export type RecordHeader = readonly [name: string, value: Uint8Array | null];

/** One record, as a value of its own; its bytes are views into the batch or its expansion. */
export interface LogRecord {
  readonly offset: number;
  /** -1 when it has none. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

const decoder = new TextDecoder();

/**
 * Walks over the records of one checked batch without making an object for each:
 *
 * ```ts
 * const reader = new RecordReader(buf, at, 64 * 1024 * 1024);
 * while (reader.next()) use(reader.offset, reader.bytes, reader.valueFrom, reader.valueTo);
 * ```
 *
 * Nothing outside of the batch is ever read, whatever its bytes say.
 */
export class RecordReader {
  /** What the positions below point into: the caller's buffer, or the expanded records. */
  readonly bytes: Uint8Array;
  /** The current record, from its length field to its end. */
  recordFrom: number;
  recordTo: number;
  offset: number;
  /** The record's own time or, with log append time, the broker's; -1 for none. */
  timestampMs = NO_TIMESTAMP;
  /** Where the key is; both are -1 when it is null. */
  keyFrom = -1;
  keyTo = -1;
  /** Where the value is; both are -1 when it is null. */
  valueFrom = -1;
  valueTo = -1;
  headerCount = 0;
  /** How far the current record is read, and where that must stop: for `readVarint`. */
  at: number;
  limit: number;

  private headersFrom = 0;
  private recordsLeft: number;
  private readonly end: number;
  private readonly baseOffset: number;
  private readonly lastOffset: number;
  private readonly baseTimestampMs: number;
  /** The time of every record under log append time, else undefined. */
  private readonly appendTimeMs: number | undefined;

  /**
   * @param limitBytes the most that compressed records may expand to
   * @throws RecordError "bad-compression", or "too-large"
   */
  constructor(buf: Uint8Array, at: number, limitBytes: number) {
    const codec = codecOf(buf, at);
    if (codec === undefined) {
      throw new RecordError("bad-compression", at, "the batch names a codec that does not exist");
    }
    const from = at + HEADER_BYTES;
    const to = at + batchSizeBytes(buf, at);
    const plain = codec === "none";
    this.bytes = plain ? buf : decompress(codec, buf, from, to, limitBytes);
    this.recordFrom = plain ? from : 0;
    this.recordTo = this.recordFrom;
    this.end = plain ? to : this.bytes.length;
    this.at = this.recordFrom;
    this.limit = this.end;
    this.recordsLeft = recordCount(buf, at);
    this.baseOffset = baseOffset(buf, at);
    this.lastOffset = lastOffset(buf, at);
    this.offset = this.baseOffset - 1;
    this.baseTimestampMs = baseTimestampMs(buf, at);
    this.appendTimeMs = timestampType(buf, at) === "create" ? undefined : maxTimestampMs(buf, at);
  }

  /**
   * Goes to the next record.
   *
   * @returns false when there is no more
   * @throws RecordError "bad-record" when a size, a count or an offset lies
   */
  next(): boolean {
    this.at = this.recordTo;
    this.limit = this.end;
    if (this.recordsLeft === 0) {
      if (this.at !== this.end) throw this.malformed("bytes follow the last record");
      return false;
    }
    this.recordsLeft--;
    this.recordFrom = this.at;
    const sizeBytes = readVarint(this);
    // The first byte behind the length are attributes, which have no meaning yet.
    if (sizeBytes < 1 || sizeBytes > this.end - this.at) throw this.malformed("a length lies");
    this.recordTo = this.at + sizeBytes;
    this.limit = this.recordTo;
    this.at++;
    this.readPlaceAndTime();
    this.readFields();
    if (this.at !== this.recordTo) throw this.malformed("a record is longer than its fields");
    return true;
  }

  /** The headers of the current record, as values of their own. */
  headers(): RecordHeader[] {
    this.at = this.headersFrom;
    this.limit = this.recordTo;
    const headers: RecordHeader[] = [];
    for (let index = 0; index < this.headerCount; index++) {
      const name = this.takeBytes(this.readHeaderNameSize());
      headers.push([decoder.decode(name ?? undefined), this.takeBytes(this.readSize())]);
    }
    return headers;
  }

  private readPlaceAndTime(): void {
    const ownTimeMs = this.baseTimestampMs + readVarint(this);
    this.timestampMs = this.appendTimeMs ?? ownTimeMs;
    if (!Number.isSafeInteger(ownTimeMs)) throw this.malformed("a timestamp is too large");
    const offset = this.baseOffset + readVarint(this);
    if (offset <= this.offset || offset > this.lastOffset) {
      throw this.malformed(`offset ${offset} is out of order or outside of the batch`);
    }
    this.offset = offset;
  }

  private readFields(): void {
    const keyBytes = this.readSize();
    this.keyFrom = keyBytes < 0 ? -1 : this.at;
    this.keyTo = this.skip(keyBytes);
    const valueBytes = this.readSize();
    this.valueFrom = valueBytes < 0 ? -1 : this.at;
    this.valueTo = this.skip(valueBytes);
    this.headerCount = readVarint(this);
    this.headersFrom = this.at;
    if (this.headerCount < 0) throw this.malformed("a negative count of headers");
    for (let index = 0; index < this.headerCount; index++) {
      this.skip(this.readHeaderNameSize());
      this.skip(this.readSize());
    }
  }

  private readHeaderNameSize(): number {
    const sizeBytes = this.readSize();
    if (sizeBytes < 0) throw this.malformed("a header without a name");
    return sizeBytes;
  }

  /** @returns a size that fits into the rest of the record, or -1 for null */
  private readSize(): number {
    const sizeBytes = readVarint(this);
    if (sizeBytes < -1 || sizeBytes > this.limit - this.at) throw this.malformed("a size lies");
    return sizeBytes;
  }

  /** @returns the position behind so many bytes, or -1 for null */
  private skip(sizeBytes: number): number {
    if (sizeBytes < 0) return -1;
    this.at += sizeBytes;
    return this.at;
  }

  private takeBytes(sizeBytes: number): Uint8Array | null {
    const from = this.at;
    return sizeBytes < 0 ? null : this.bytes.subarray(from, this.skip(sizeBytes));
  }

  private malformed(message: string): RecordError {
    return new RecordError("bad-record", this.at, message);
  }
}

/**
 * The records of one checked batch as values of their own: where comfort counts more than speed.
 *
 * @param limitBytes the most that compressed records may expand to
 * @throws RecordError while iterating, see RecordReader
 */
export function* recordsOf(buf: Uint8Array, at: number, limitBytes: number): Generator<LogRecord> {
  const reader = new RecordReader(buf, at, limitBytes);
  while (reader.next()) {
    const { bytes, offset, timestampMs, keyFrom, keyTo, valueFrom, valueTo } = reader;
    yield {
      offset,
      timestampMs,
      key: keyFrom < 0 ? null : bytes.subarray(keyFrom, keyTo),
      value: valueFrom < 0 ? null : bytes.subarray(valueFrom, valueTo),
      headers: reader.headers(),
    };
  }
}
