import { copyBytes } from "../../../platform/copy-bytes.ts";
import { UnencodableField } from "./errors.ts";
import { type ByteRange, MAX_INT64 } from "./table.ts";

const SLAB_BYTES = 64 * 1024;

/** Shorter texts are cheaper to write byte by byte than to hand to a native call. */
const SHORT_TEXT = 32;

/** Takes `buffer[from, to)`, which stays as it is from then on. */
export type TakeRange = (buffer: Uint8Array, from: number, to: number) => void;

/** Pieces of at least this size are passed on as they are; smaller ones are cheaper to copy. */
export const REFERENCED_BYTES = 16 * 1024;

/** Where a 32-bit size will be filled in. */
export interface SizeMark {
  readonly slab: Buffer;
  readonly at: number;
  readonly written: number;
}

/**
 * Collects encoded bytes as ranges of buffers. Small writes gather in slabs that are allocated
 * once per 64 KiB and never written twice, so ranges that were handed out stay valid. One writer
 * can serve many connections, one after another: send what is for one of them, then go on.
 *
 *   slab   |handed out|gathering...........|free.......|
 *                      ^start              ^at
 */
export class Writer {
  #slab: Buffer;
  #start = 0;
  #at = 0;
  /** What lies before `#start` in other slabs or is only referred to, in order. */
  #ranges: ByteRange[] = [];
  #written = 0;

  constructor(slabBytes = SLAB_BYTES) {
    this.#slab = Buffer.alloc(slabBytes);
  }

  /** Bytes written since the writer was made. */
  get written(): number {
    return this.#written;
  }

  /** Hands out what was written since the last time, in order. */
  handOut(take: TakeRange): void {
    if (this.#ranges.length > 0) {
      for (const { buffer, from, to } of this.#ranges) take(buffer, from, to);
      this.#ranges = [];
    }
    if (this.#at > this.#start) take(this.#slab, this.#start, this.#at);
    this.#start = this.#at;
  }

  /** What was written since the last time, as chunks. */
  take(): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    this.handOut((buffer, from, to) => chunks.push(buffer.subarray(from, to)));
    return chunks;
  }

  int8(value: number): void {
    const at = this.#reserve(1);
    this.#slab[at] = value;
  }

  int16(value: number): void {
    const at = this.#reserve(2);
    this.#slab[at] = value >> 8;
    this.#slab[at + 1] = value;
  }

  int32(value: number): void {
    const at = this.#reserve(4);
    putInt32(this.#slab, at, value);
  }

  /** `value` is a safe integer or MAX_INT64. */
  int64(value: number): void {
    const at = this.#reserve(8);
    const largest = value === MAX_INT64;
    putInt32(this.#slab, at, largest ? 0x7fff_ffff : Math.floor(value / 0x1_0000_0000));
    putInt32(this.#slab, at + 4, largest ? -1 : value);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#slab.writeDoubleBE(value, at);
  }

  unsignedVarint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.int8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.int8(rest);
  }

  /** 22 characters of base64url; throws UnencodableField on anything else. */
  uuid(value: string): void {
    const at = this.#reserve(16);
    if (value.length !== 22 || this.#slab.write(value, at, 16, "base64url") !== 16) {
      throw new UnencodableField(`${value} is no uuid`);
    }
  }

  /** `byteLength` is what Buffer.byteLength says of `value`. */
  utf8(value: string, byteLength: number): void {
    const at = this.#reserve(byteLength);
    if (byteLength > SHORT_TEXT || byteLength !== value.length) {
      this.#slab.write(value, at, byteLength, "utf8");
      return;
    }
    for (let i = 0; i < byteLength; i++) this.#slab[at + i] = value.charCodeAt(i);
  }

  /** Copies small pieces and refers to large ones, which must then stay unchanged until sent. */
  bytes(source: Uint8Array, from = 0, to = source.length): void {
    const size = to - from;
    if (size < REFERENCED_BYTES) {
      const at = this.#reserve(size);
      copyBytes(source, from, to, this.#slab, at);
      return;
    }
    this.#closeRange();
    this.#ranges.push({ buffer: source, from, to });
    this.#written += size;
  }

  /** Leaves room for the size of what follows; `closeSize` fills it in. */
  openSize(): SizeMark {
    const at = this.#reserve(4);
    return { slab: this.#slab, at, written: this.#written };
  }

  closeSize(mark: SizeMark): void {
    putInt32(mark.slab, mark.at, this.#written - mark.written);
  }

  /** Room for `size` bytes in `#slab`, which may be another one afterwards. */
  #reserve(size: number): number {
    if (size > this.#slab.length - this.#at) {
      this.#closeRange();
      this.#slab = Buffer.alloc(Math.max(SLAB_BYTES, size));
      this.#start = 0;
      this.#at = 0;
    }
    const at = this.#at;
    this.#at = at + size;
    this.#written += size;
    return at;
  }

  #closeRange(): void {
    if (this.#at === this.#start) return;
    this.#ranges.push({ buffer: this.#slab, from: this.#start, to: this.#at });
    this.#start = this.#at;
  }
}

function putInt32(slab: Buffer, at: number, value: number): void {
  slab[at] = value >> 24;
  slab[at + 1] = value >> 16;
  slab[at + 2] = value >> 8;
  slab[at + 3] = value;
}
