/**
 * Snappy, as record batches carry it: in the framing of the snappy-java library.
 *
 * ```
 *   +----------------------+-------------+-------------+-- for each 32 KiB ---------------+
 *   | 82 "SNAPPY" 00       | version = 1 | lowest      | size of block | block, in raw     |
 *   |                      | int32       | reader = 1  | int32         | snappy format     |
 *   +----------------------+-------------+-------------+---------------+------------------+
 *   A raw block: its expanded length (varint), then elements. The lowest two bits of an
 *   element's tag: 0 literals, 1 copy with an 11-bit distance, 2 with 16 bits, 3 with 32 bits.
 * ```
 *
 * Some clients send one raw block without framing; snappy-java reads both, and so do we.
 * Source: snappy format description; SnappyOutputStream of snappy-java. Own code, for the reasons
 * that lz4-block.ts names.
 */
import { int32At, putInt32 } from "./big-endian.ts";
import { RecordError } from "./errors.ts";
import { findMatches, MATCH_FIELDS } from "./matches.ts";
import { append, appendCopy, newOutput, type Output, reserve, written } from "./output.ts";

const FRAMING_MAGIC = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0);
const FRAMING_HEADER_BYTES = 16;
const BLOCK_BYTES = 32 * 1024;

/** A copy of 64 bytes takes at least 3: a block that claims to expand further lies. */
const MAX_EXPANSION = 22;

/** Compresses bytes into snappy-java's framing. */
export function compressSnappy(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const sizeBytes = FRAMING_HEADER_BYTES + 32 + (to - from) + ((to - from) >> 5);
  const output = newOutput(sizeBytes, Number.POSITIVE_INFINITY);
  output.bytes.set(FRAMING_MAGIC);
  putInt32(output.bytes, 8, 1);
  putInt32(output.bytes, 12, 1);
  output.length = FRAMING_HEADER_BYTES;
  for (let at = from; at < to; at += BLOCK_BYTES) {
    const sizeAt = output.length;
    reserve(output, 4);
    output.length += 4;
    compressBlock(output, bytes, at, Math.min(to, at + BLOCK_BYTES));
    putInt32(output.bytes, sizeAt, output.length - sizeAt - 4);
  }
  return written(output);
}

function compressBlock(output: Output, bytes: Uint8Array, from: number, to: number): void {
  reserve(output, to - from + ((to - from) >> 5) + 32);
  let length = to - from;
  for (; length > 0x7f; length >>>= 7) output.bytes[output.length++] = length | 0x80;
  output.bytes[output.length++] = length;
  const matches = findMatches(bytes, from, to);
  let literalsFrom = from;
  for (let index = 0; index < matches.length; index += MATCH_FIELDS) {
    const at = matches[index] ?? 0;
    putLiterals(output, bytes, literalsFrom, at);
    putCopy(output, matches[index + 1] ?? 0, matches[index + 2] ?? 0);
    literalsFrom = at + (matches[index + 2] ?? 0);
  }
  putLiterals(output, bytes, literalsFrom, to);
}

function putLiterals(output: Output, bytes: Uint8Array, from: number, to: number): void {
  const last = to - from - 1;
  if (last < 0) return;
  if (last < 60) {
    output.bytes[output.length++] = last << 2;
  } else if (last < 256) {
    output.bytes[output.length++] = 60 << 2;
    output.bytes[output.length++] = last;
  } else {
    output.bytes[output.length++] = 61 << 2;
    output.bytes[output.length++] = last;
    output.bytes[output.length++] = last >> 8;
  }
  append(output, bytes, from, to);
}

function putCopy(output: Output, distance: number, length: number): void {
  for (let rest = length; rest > 0; rest -= 64) {
    const piece = Math.min(rest, 64);
    if (piece >= 4 && piece < 12 && distance < 2048) {
      output.bytes[output.length++] = ((distance >> 8) << 5) | ((piece - 4) << 2) | 1;
      output.bytes[output.length++] = distance;
    } else {
      output.bytes[output.length++] = ((piece - 1) << 2) | 2;
      output.bytes[output.length++] = distance;
      output.bytes[output.length++] = distance >> 8;
    }
  }
}

/**
 * Expands snappy-java's framing or one raw block.
 *
 * @throws RecordError "bad-compression", or "too-large" beyond `limitBytes`
 */
export function decompressSnappy(
  bytes: Uint8Array,
  from: number,
  to: number,
  limitBytes: number,
): Uint8Array {
  const output = newOutput(0, limitBytes);
  if (!isFramingHeader(bytes, from, to)) {
    decompressBlock(output, bytes, from, to);
    return written(output);
  }
  let at = from;
  while (at < to) {
    // snappy-java also reads streams that were joined: another header may stand between blocks.
    if (isFramingHeader(bytes, at, to)) {
      at += FRAMING_HEADER_BYTES;
      continue;
    }
    const sizeBytes = at + 4 <= to ? int32At(bytes, at) : -1;
    at += 4;
    if (sizeBytes < 0 || sizeBytes > to - at) {
      throw malformed(at, "a snappy block is larger than its frame");
    }
    decompressBlock(output, bytes, at, at + sizeBytes);
    at += sizeBytes;
  }
  return written(output);
}

function isFramingHeader(bytes: Uint8Array, at: number, to: number): boolean {
  return (
    to - at >= FRAMING_HEADER_BYTES && FRAMING_MAGIC.every((byte, i) => bytes[at + i] === byte)
  );
}

function decompressBlock(output: Output, bytes: Uint8Array, from: number, to: number): void {
  const blockFrom = output.length;
  let at = from;
  let expandedBytes = 0;
  for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
    byte = at < to && shift < 35 ? (bytes[at++] ?? 0) : -1;
    if (byte < 0) throw malformed(at, "a snappy block has no length");
    expandedBytes += (byte & 0x7f) * 2 ** shift;
  }
  if (expandedBytes > MAX_EXPANSION * (to - at)) {
    throw malformed(at, "a snappy block's length lies");
  }
  reserve(output, expandedBytes);
  const blockEnd = blockFrom + expandedBytes;
  while (at < to) at = decompressElement(output, blockFrom, blockEnd, bytes, at, to);
  if (output.length !== blockEnd) throw malformed(at, "a snappy block is shorter than it says");
}

/** @returns where the next element starts */
function decompressElement(
  output: Output,
  blockFrom: number,
  blockEnd: number,
  bytes: Uint8Array,
  tagAt: number,
  to: number,
): number {
  const tag = bytes[tagAt] ?? 0;
  let at = tagAt + 1;
  let length = (tag >> 2) + 1;
  if ((tag & 3) === 0) {
    if (length > 60) {
      const extraBytes = length - 60;
      length = littleEndian(bytes, at, extraBytes, to) + 1;
      at += extraBytes;
    }
    if (length > to - at || length > blockEnd - output.length) {
      throw malformed(at, "snappy literals reach beyond their block");
    }
    append(output, bytes, at, at + length);
    return at + length;
  }
  let distance: number;
  if ((tag & 3) === 1) {
    length = ((tag >> 2) & 7) + 4;
    distance = ((tag >> 5) << 8) | littleEndian(bytes, at, 1, to);
    at += 1;
  } else {
    const distanceBytes = (tag & 3) === 2 ? 2 : 4;
    distance = littleEndian(bytes, at, distanceBytes, to);
    at += distanceBytes;
  }
  if (distance === 0 || distance > output.length - blockFrom) {
    throw malformed(at, "a snappy copy reaches back before its block");
  }
  if (length > blockEnd - output.length)
    throw malformed(at, "a snappy block is longer than it says");
  appendCopy(output, distance, length);
  return at;
}

function littleEndian(bytes: Uint8Array, at: number, count: number, to: number): number {
  if (at + count > to) throw malformed(at, "a snappy block is cut off");
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function malformed(at: number, message: string): RecordError {
  return new RecordError("bad-compression", at, message);
}
