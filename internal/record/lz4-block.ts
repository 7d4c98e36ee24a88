/**
 * The LZ4 block format: sequences of literals and a copy from what was already written.
 *
 * ```
 *   +-------+----------------+----------+-----------+-----------------+
 *   | token | literal length | literals | distance  | match length    |
 *   | 4+4   | 0..n bytes     |          | uint16 LE | 0..n bytes      |
 *   +-------+----------------+----------+-----------+-----------------+
 *   The token holds both lengths; 15 says that bytes follow to add, up to one that is not 255.
 *   The match length counts from 4. The last sequence ends behind its literals.
 * ```
 *
 * Source: LZ4 block format description. Own code, because the native packages each are one more
 * addon to unpack at the start, and do not bound what a stranger's bytes may expand to.
 */
import { RecordError } from "./errors.ts";
import { findMatches, MATCH_FIELDS } from "./matches.ts";
import { append, appendCopy, type Output, reserve } from "./output.ts";

const MIN_MATCH_BYTES = 4;
const LENGTH_IN_TOKEN = 15;

/** How long a compressed block can become when nothing in it repeats. */
export function lz4BlockBound(sizeBytes: number): number {
  return sizeBytes + Math.ceil(sizeBytes / 255) + 16;
}

/** Appends one compressed block; the input is at most MAX_BLOCK_BYTES. */
export function compressLz4Block(
  output: Output,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  reserve(output, lz4BlockBound(to - from));
  const matches = findMatches(bytes, from, to);
  let literalsFrom = from;
  for (let index = 0; index < matches.length; index += MATCH_FIELDS) {
    const at = matches[index] ?? 0;
    const distance = matches[index + 1] ?? 0;
    const length = matches[index + 2] ?? 0;
    putSequence(output, bytes, literalsFrom, at, distance, length);
    literalsFrom = at + length;
  }
  putLiterals(output, bytes, literalsFrom, to, 0);
}

function putSequence(
  output: Output,
  bytes: Uint8Array,
  literalsFrom: number,
  literalsTo: number,
  distance: number,
  length: number,
): void {
  const more = length - MIN_MATCH_BYTES;
  putLiterals(output, bytes, literalsFrom, literalsTo, Math.min(more, LENGTH_IN_TOKEN));
  output.bytes[output.length++] = distance;
  output.bytes[output.length++] = distance >> 8;
  putLongLength(output, more);
}

function putLiterals(
  output: Output,
  bytes: Uint8Array,
  from: number,
  to: number,
  matchBits: number,
): void {
  const length = to - from;
  output.bytes[output.length++] = (Math.min(length, LENGTH_IN_TOKEN) << 4) | matchBits;
  putLongLength(output, length);
  append(output, bytes, from, to);
}

function putLongLength(output: Output, length: number): void {
  if (length < LENGTH_IN_TOKEN) return;
  let rest = length - LENGTH_IN_TOKEN;
  for (; rest >= 255; rest -= 255) output.bytes[output.length++] = 255;
  output.bytes[output.length++] = rest;
}

/**
 * Appends what one compressed block holds. Copies may reach back before the block, into what the
 * output already has from `historyFrom` on.
 *
 * @throws RecordError "bad-compression", or "too-large" at the output's limit
 */
export function decompressLz4Block(
  output: Output,
  historyFrom: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  let at = from;
  while (at < to) {
    const token = bytes[at++] ?? 0;
    let literals = token >> 4;
    if (literals === LENGTH_IN_TOKEN) {
      for (let more = 255; more === 255; literals += more) more = byteAt(bytes, at++, to);
    }
    if (literals > to - at) throw malformed(at, "LZ4 literals reach beyond their block");
    append(output, bytes, at, at + literals);
    at += literals;
    if (at === to) return;
    const distance = byteAt(bytes, at, to) | (byteAt(bytes, at + 1, to) << 8);
    at += 2;
    if (distance === 0 || distance > output.length - historyFrom) {
      throw malformed(at, "an LZ4 copy reaches back before the start");
    }
    let length = token & LENGTH_IN_TOKEN;
    if (length === LENGTH_IN_TOKEN) {
      for (let more = 255; more === 255; length += more) more = byteAt(bytes, at++, to);
    }
    appendCopy(output, distance, length + MIN_MATCH_BYTES);
  }
  throw malformed(at, "an LZ4 block ends without its last literals");
}

function byteAt(bytes: Uint8Array, at: number, to: number): number {
  const byte = bytes[at];
  if (byte === undefined || at >= to) throw malformed(at, "an LZ4 block is cut off");
  return byte;
}

function malformed(at: number, message: string): RecordError {
  return new RecordError("bad-compression", at, message);
}
