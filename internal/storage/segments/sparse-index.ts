import { int64At, putInt32, putInt64, uint32At } from "../../record/big-endian.ts";

/** The sizes of the entries in the files. */
export const OFFSET_ENTRY_BYTES = 8;
export const TIME_ENTRY_BYTES = 12;

/**
 * Where to begin reading a segment for an offset: a row of (offset, position) every few KiB.
 *
 * On disk as Kafka's `.index`: u32 offset relative to the segment's base, u32 position.
 */
export class OffsetIndex {
  #offsets = new Uint32Array(0);
  #positions = new Uint32Array(0);
  #length = 0;

  /** Reads the content of an index file. */
  static decode(bytes: Uint8Array): OffsetIndex {
    const index = new OffsetIndex();
    for (let at = 0; at < bytes.length; at += OFFSET_ENTRY_BYTES) {
      index.add(uint32At(bytes, at), uint32At(bytes, at + 4));
    }
    return index;
  }

  get length(): number {
    return this.#length;
  }

  /** The position that the last entry names, or 0. */
  get lastPosition(): number {
    return this.#positions[this.#length - 1] ?? 0;
  }

  /** Adds an entry behind the last one; both numbers only grow. */
  add(relativeOffset: number, position: number): void {
    if (this.#length === this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      this.#positions = grown(this.#positions);
    }
    this.#offsets[this.#length] = relativeOffset;
    this.#positions[this.#length] = position;
    this.#length++;
  }

  /** The offset (relative) of entry `at`. */
  offsetAt(at: number): number {
    return this.#offsets[at] ?? 0;
  }

  /** The position of entry `at`; 0 for -1, the segment's beginning. */
  positionAt(at: number): number {
    return this.#positions[at] ?? 0;
  }

  /** The last entry at or before the batch that holds `relativeOffset`; -1 for none. */
  floor(relativeOffset: number): number {
    return countUpTo(this.#offsets, this.#length, relativeOffset) - 1;
  }

  /** The first entry behind `position`; `length` for none. */
  behindPosition(position: number): number {
    return countUpTo(this.#positions, this.#length, position);
  }

  /** Forgets the entries from `relativeOffset` on. */
  truncate(relativeOffset: number): void {
    this.#length = countUpTo(this.#offsets, this.#length, relativeOffset - 1);
  }

  /** Entries from number `from` on, as they stand in the file. */
  encode(from: number): Uint8Array {
    const bytes = new Uint8Array((this.#length - from) * OFFSET_ENTRY_BYTES);
    for (let i = from; i < this.#length; i++) {
      putInt32(bytes, (i - from) * OFFSET_ENTRY_BYTES, this.#offsets[i] ?? 0);
      putInt32(bytes, (i - from) * OFFSET_ENTRY_BYTES + 4, this.#positions[i] ?? 0);
    }
    return bytes;
  }
}

/**
 * From where on a segment may have records of a time: a row of (greatest timestamp so far, offset).
 *
 * On disk as Kafka's `.timeindex`: i64 timestamp in ms, u32 offset relative to the segment's base.
 */
export class TimeIndex {
  #timestamps = new Float64Array(0);
  #offsets = new Uint32Array(0);
  #length = 0;

  /** Reads the content of a time index file. */
  static decode(bytes: Uint8Array): TimeIndex {
    const index = new TimeIndex();
    for (let at = 0; at < bytes.length; at += TIME_ENTRY_BYTES) {
      index.add(int64At(bytes, at), uint32At(bytes, at + 8));
    }
    return index;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds that `timestampMs` is the greatest up to this offset; ignored unless it is a new one. */
  add(timestampMs: number, relativeOffset: number): void {
    if (this.#length > 0 && timestampMs <= (this.#timestamps[this.#length - 1] ?? 0)) return;
    if (this.#length === this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      const timestamps = new Float64Array(this.#offsets.length);
      timestamps.set(this.#timestamps);
      this.#timestamps = timestamps;
    }
    this.#timestamps[this.#length] = timestampMs;
    this.#offsets[this.#length] = relativeOffset;
    this.#length++;
  }

  /** The offset (relative) of entry `at`. */
  offsetAt(at: number): number {
    return this.#offsets[at] ?? 0;
  }

  /** The timestamp of entry `at`. */
  timestampAt(at: number): number {
    return this.#timestamps[at] ?? 0;
  }

  /** An offset (relative) before which no record has `timestampMs` or a later time. */
  floor(timestampMs: number): number {
    const at = countUpTo(this.#timestamps, this.#length, timestampMs - 1) - 1;
    return this.#offsets[at] ?? 0;
  }

  /** Forgets the entries from `relativeOffset` on. */
  truncate(relativeOffset: number): void {
    this.#length = countUpTo(this.#offsets, this.#length, relativeOffset - 1);
  }

  /** Entries from number `from` on, as they stand in the file. */
  encode(from: number): Uint8Array {
    const bytes = new Uint8Array((this.#length - from) * TIME_ENTRY_BYTES);
    for (let i = from; i < this.#length; i++) {
      putInt64(bytes, (i - from) * TIME_ENTRY_BYTES, this.#timestamps[i] ?? 0);
      putInt32(bytes, (i - from) * TIME_ENTRY_BYTES + 8, this.#offsets[i] ?? 0);
    }
    return bytes;
  }
}

/** How many of the first `length` ascending values are at most `bound`. */
function countUpTo(values: Uint32Array | Float64Array, length: number, bound: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function grown(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(4, values.length * 2));
  larger.set(values);
  return larger;
}
