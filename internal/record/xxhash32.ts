/** XXH32: LZ4 frames are summed by it. Source: the xxHash specification, XXH32 algorithm. */
import { uint32LittleEndianAt } from "./little-endian.ts";

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** The hash of the bytes at `from` up to, not including, `to`; unsigned. LZ4 has seed 0. */
export function xxhash32(bytes: Uint8Array, from: number, to: number, seed = 0): number {
  let at = from;
  let hash = (seed + PRIME_5) | 0;
  if (to - from >= 16) {
    let lane1 = (seed + PRIME_1 + PRIME_2) | 0;
    let lane2 = (seed + PRIME_2) | 0;
    let lane3 = seed | 0;
    let lane4 = (seed - PRIME_1) | 0;
    for (const last = to - 16; at <= last; at += 16) {
      lane1 = round(lane1, uint32LittleEndianAt(bytes, at));
      lane2 = round(lane2, uint32LittleEndianAt(bytes, at + 4));
      lane3 = round(lane3, uint32LittleEndianAt(bytes, at + 8));
      lane4 = round(lane4, uint32LittleEndianAt(bytes, at + 12));
    }
    hash = rotate(lane1, 1) + rotate(lane2, 7) + rotate(lane3, 12) + rotate(lane4, 18);
  }
  hash = (hash + (to - from)) | 0;
  for (; at + 4 <= to; at += 4) {
    hash = (hash + Math.imul(uint32LittleEndianAt(bytes, at), PRIME_3)) | 0;
    hash = Math.imul(rotate(hash, 17), PRIME_4);
  }
  for (; at < to; at++) {
    hash = (hash + Math.imul(bytes[at] ?? 0, PRIME_5)) | 0;
    hash = Math.imul(rotate(hash, 11), PRIME_1);
  }
  return avalanche(hash);
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function avalanche(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_3);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
