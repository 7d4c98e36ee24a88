/**
 * Zigzag varints, the numbers inside of records: 7 bits per byte, lowest first, the sign in the
 * lowest bit. Source: Kafka protocol guide, "Record"; Protocol Buffers encoding, "sint64".
 */
import { RecordError } from "./errors.ts";

/** Up to this, zigzag fits in a 31-bit integer and bit operations do. */
const SMALL = 2 ** 30;

/** A varint64 has no more bytes than this. */
const MAX_VARINT_BYTES = 10;

/** How many bytes `putVarint` writes for a value. */
export function varintBytes(value: number): number {
  let bytes = 1;
  let rest = zigzag(value);
  for (; rest >= SMALL; rest = Math.floor(rest / 0x80)) bytes++;
  for (; rest >= 0x80; rest >>>= 7) bytes++;
  return bytes;
}

/**
 * Writes an integer of at most 52 bits and its sign.
 *
 * @returns the position behind it
 */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let next = at;
  let rest = zigzag(value);
  for (; rest >= SMALL; rest = Math.floor(rest / 0x80)) bytes[next++] = (rest % 0x80) | 0x80;
  for (; rest >= 0x80; rest >>>= 7) bytes[next++] = rest | 0x80;
  bytes[next++] = rest;
  return next;
}

/** Where to read; `at` moves on. */
export interface VarintInput {
  readonly bytes: Uint8Array;
  at: number;
  /** Nothing is read from here on. */
  limit: number;
}

/**
 * Reads a varint of 32 or 64 bits.
 *
 * @throws RecordError "bad-record" when it is cut off, too long, or beyond 52 bits and its sign
 */
export function readVarint(input: VarintInput): number {
  const first = input.bytes[input.at] ?? 0;
  if (first >= 0x80 || input.at >= input.limit) return readLongVarint(input);
  input.at++;
  return (first >>> 1) ^ -(first & 1);
}

function readLongVarint(input: VarintInput): number {
  const from = input.at;
  let value = 0;
  let scale = 1;
  for (let byte = 0x80; byte >= 0x80; scale *= 0x80) {
    if (input.at >= input.limit) throw new RecordError("bad-record", from, "a number is cut off");
    if (input.at - from >= MAX_VARINT_BYTES) {
      throw new RecordError("bad-record", from, "a number has too many bytes");
    }
    byte = input.bytes[input.at++] ?? 0;
    value += (byte & 0x7f) * scale;
  }
  if (value > Number.MAX_SAFE_INTEGER) {
    throw new RecordError("bad-record", from, "a number is too large");
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
