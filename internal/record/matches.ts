/**
 * The search for repetitions that both LZ4 and snappy encode; they differ only in how they write
 * a repetition down.
 */
import { uint32LittleEndianAt } from "./little-endian.ts";

/** The largest block that is searched at once: all distances then fit in 16 bits. */
export const MAX_BLOCK_BYTES = 64 * 1024;

/** Both codecs gain nothing from a shorter repetition. */
const MIN_MATCH_BYTES = 4;

/** LZ4's end-of-block rules: no match starts in the last 12 bytes or reaches into the last 5. */
const NO_START_BYTES = 12;
const LITERAL_TAIL_BYTES = 5;

/** After so many misses in a row (a power of two) the search takes longer steps. */
const MISSES_PER_STEP_SHIFT = 6;

const HASH_BITS = 14;
const table = new Int32Array(1 << HASH_BITS);

/** Numbers per match in the result: position, distance back to the same bytes, length. */
export const MATCH_FIELDS = 3;
const found = new Int32Array((MAX_BLOCK_BYTES / MIN_MATCH_BYTES) * MATCH_FIELDS);

/**
 * Finds repetitions in `bytes` from `from` up to `to` (at most MAX_BLOCK_BYTES), greedily and in
 * order; they do not overlap. What lies between them is literal.
 *
 * @returns MATCH_FIELDS numbers for each match; valid until the next call
 */
export function findMatches(bytes: Uint8Array, from: number, to: number): Int32Array {
  table.fill(-1);
  let count = 0;
  let misses = 0;
  let at = from;
  while (at <= to - NO_START_BYTES) {
    const word = uint32LittleEndianAt(bytes, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = table[slot] ?? -1;
    table[slot] = at;
    if (candidate < 0 || uint32LittleEndianAt(bytes, candidate) !== word) {
      at += 1 + (misses++ >> MISSES_PER_STEP_SHIFT);
      continue;
    }
    misses = 0;
    const distance = at - candidate;
    const end = matchEnd(bytes, at + MIN_MATCH_BYTES, distance, to - LITERAL_TAIL_BYTES);
    found[count++] = at;
    found[count++] = distance;
    found[count++] = end - at;
    at = end;
  }
  return found.subarray(0, count);
}

function matchEnd(bytes: Uint8Array, from: number, distance: number, limit: number): number {
  let end = from;
  while (end < limit && bytes[end] === bytes[end - distance]) end++;
  return end;
}
