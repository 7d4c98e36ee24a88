import { int16At, int32At, int64At, putInt16, putInt32, putInt64 } from "../record/big-endian.ts";
import { append, newOutput, type Output, reserve, written } from "../record/output.ts";

const INITIAL_BYTES = 128;
const LIMIT_BYTES = 64 * 1024 * 1024;
const MAX_STRING_BYTES = 2 ** 15 - 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes fields one behind the other, as Kafka's non-flexible messages have them. */
export class FieldWriter {
  readonly #output: Output = newOutput(INITIAL_BYTES, LIMIT_BYTES);

  /** One byte. */
  int8(value: number): this {
    reserve(this.#output, 1);
    this.#output.bytes[this.#output.length++] = value;
    return this;
  }

  int16(value: number): this {
    reserve(this.#output, 2);
    putInt16(this.#output.bytes, this.#output.length, value);
    this.#output.length += 2;
    return this;
  }

  int32(value: number): this {
    reserve(this.#output, 4);
    putInt32(this.#output.bytes, this.#output.length, value);
    this.#output.length += 4;
    return this;
  }

  int64(value: number): this {
    reserve(this.#output, 8);
    putInt64(this.#output.bytes, this.#output.length, value);
    this.#output.length += 8;
    return this;
  }

  /** A length (int16, -1 for null), then UTF-8. */
  string(text: string | null): this {
    if (text === null) return this.int16(-1);
    const bytes = encoder.encode(text);
    if (bytes.length > MAX_STRING_BYTES) throw new Error(`a text of ${bytes.length} bytes`);
    this.int16(bytes.length);
    append(this.#output, bytes, 0, bytes.length);
    return this;
  }

  /** A length (int32), then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.int32(bytes.length).raw(bytes);
  }

  /** The bytes as they are. */
  raw(bytes: Uint8Array): this {
    append(this.#output, bytes, 0, bytes.length);
    return this;
  }

  /** What has been written. */
  done(): Uint8Array {
    return written(this.#output);
  }
}

/**
 * Reads fields one behind the other. Behind the end, or when a length lies, it gives zeros and
 * nothings, and has `failed`: so a message is read to its end and judged there.
 */
export class FieldReader {
  readonly #from: Uint8Array;
  #at = 0;
  failed = false;

  constructor(from: Uint8Array) {
    this.#from = from;
  }

  int8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : ((this.#from[at] ?? 0) << 24) >> 24;
  }

  int16(): number {
    const at = this.#take(2);
    return at < 0 ? 0 : int16At(this.#from, at);
  }

  int32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : int32At(this.#from, at);
  }

  int64(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : int64At(this.#from, at);
  }

  string(): string {
    return this.nullableString() ?? this.#fail("");
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const at = this.#take(length);
    return at < 0 ? "" : decoder.decode(this.#from.subarray(at, at + length));
  }

  /** A copy of the bytes. */
  bytes(): Uint8Array {
    return this.raw(this.int32());
  }

  /** The same, or nothing at all (length -1). */
  nullableBytes(): Uint8Array | null {
    const length = this.int32();
    return length === -1 ? null : this.raw(length);
  }

  /** A copy of so many bytes. */
  raw(length: number): Uint8Array {
    const at = length < 0 ? this.#fail(-1) : this.#take(length);
    return this.#from.slice(Math.max(at, 0), at < 0 ? 0 : at + length);
  }

  /** A count (int32), then so many items. */
  array<T>(item: () => T): T[] {
    const count = this.int32();
    const items: T[] = [];
    for (let i = 0; i < count && !this.failed; i++) items.push(item());
    return items;
  }

  #take(length: number): number {
    const at = this.#at;
    if (this.failed || at + length > this.#from.length) return this.#fail(-1);
    this.#at += length;
    return at;
  }

  #fail<T>(value: T): T {
    this.failed = true;
    return value;
  }
}
