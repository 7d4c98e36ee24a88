import { MalformedMessage } from "./errors.ts";
import { decodeText } from "./short-texts.ts";
import { MAX_INT64 } from "./table.ts";

/** Works on any bytes: making a Buffer of them first took 350 ns where this takes 130. */
const { toString: textOf } = Buffer.prototype;

/**
 * A cursor over one frame, `buffer[from, to)`. Every read checks that the bytes are there and
 * throws MalformedMessage when they are not; nothing outside the frame is ever looked at.
 */
export class Reader {
  readonly buffer: Uint8Array;
  readonly #from: number;
  #at: number;
  #end: number;

  constructor(buffer: Uint8Array, from = 0, to = buffer.length) {
    this.buffer = buffer;
    this.#from = from;
    this.#at = from;
    this.#end = Math.min(to, buffer.length);
  }

  /** Where the next read starts, as an index into `buffer`. */
  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  malformed(reason: string): MalformedMessage {
    return new MalformedMessage(reason, this.#at - this.#from);
  }

  /** Moves over `size` bytes and returns where they start. */
  skip(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) {
      throw this.malformed(`${size} bytes are needed and ${this.#end - at} remain`);
    }
    this.#at = at + size;
    return at;
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return (this.#byte(this.skip(1)) << 24) >> 24;
  }

  int16(): number {
    return (this.uint16() << 16) >> 16;
  }

  uint16(): number {
    const at = this.skip(2);
    return (this.#byte(at) << 8) | this.#byte(at + 1);
  }

  int32(): number {
    return this.#int32At(this.skip(4));
  }

  /** Refuses what a number cannot hold exactly, except MAX_INT64. */
  int64(): number {
    const at = this.skip(8);
    const high = this.#int32At(at);
    const low = this.#int32At(at + 4) >>> 0;
    const value = high * 0x1_0000_0000 + low;
    if (Number.isSafeInteger(value)) return value;
    if (high === 0x7fff_ffff && low === 0xffff_ffff) return MAX_INT64;
    this.#at = at;
    throw this.malformed("an int64 beyond 2^53");
  }

  float64(): number {
    const at = this.skip(8);
    const { buffer, byteOffset } = this.buffer;
    return new DataView(buffer, byteOffset + at, 8).getFloat64(0);
  }

  /** At most 5 bytes and 32 bits; a padded encoding of a smaller number is let through. */
  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte(this.skip(1));
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw this.malformed("a varint longer than 32 bits");
  }

  uuid(): string {
    const at = this.skip(16);
    return textOf.call(this.buffer, "base64url", at, at + 16);
  }

  /** `size` bytes of UTF-8; broken sequences become U+FFFD, as in Kafka. */
  utf8(size: number): string {
    const at = this.skip(size);
    return decodeText(this.buffer, at, at + size);
  }

  /** A copy of the next `size` bytes. */
  copy(size: number): Uint8Array {
    const at = this.skip(size);
    return Uint8Array.prototype.slice.call(this.buffer, at, at + size);
  }

  /** Runs `read` on exactly the next `size` bytes: it cannot see more and must not leave any. */
  within<T>(size: number, read: (reader: this) => T): T {
    const end = this.#end;
    this.#end = this.skip(size) + size;
    this.#at = this.#end - size;
    const value = read(this);
    if (this.#at !== this.#end) throw this.malformed(`${this.remaining} bytes too many`);
    this.#end = end;
    return value;
  }

  #int32At(at: number): number {
    return (
      (this.#byte(at) << 24) |
      (this.#byte(at + 1) << 16) |
      (this.#byte(at + 2) << 8) |
      this.#byte(at + 3)
    );
  }

  #byte(at: number): number {
    return this.buffer[at] ?? 0;
  }
}
