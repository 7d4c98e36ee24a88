/**
 * LZ4 frames, the "lz4" codec of record batches.
 *
 * ```
 *   +--------------+-----+-----+------------+-----------------+--------+---------+------------+
 *   | 04 22 4D 18  | FLG | BD  | content    | second byte of  | blocks | 4 zero  | XXH32 of   |
 *   |              |     |     | size, 8 B, | XXH32 of the    |        | bytes   | content,   |
 *   |              |     |     | if flagged | descriptor      |        |         | if flagged |
 *   +--------------+-----+-----+------------+-----------------+--------+---------+------------+
 *   FLG: version 01 (2 bits), blocks independent, block checksums, content size,
 *        content checksum, reserved, dictionary id.  BD: bits 4-6 are the largest block's size.
 *   Block: size uint32 LE (highest bit: stored as it is), data, XXH32 of the data if flagged.
 * ```
 *
 * Source: LZ4 frame format description 1.6. Written as Kafka's Java client does: independent
 * blocks of 64 KiB (it refuses dependent ones), no content checksum.
 */
import { RecordError } from "./errors.ts";
import { putUint32LittleEndian, uint32LittleEndianAt } from "./little-endian.ts";
import { compressLz4Block, decompressLz4Block, lz4BlockBound } from "./lz4-block.ts";
import { MAX_BLOCK_BYTES } from "./matches.ts";
import { append, newOutput, type Output, reserve, written } from "./output.ts";
import { xxhash32 } from "./xxhash32.ts";

const MAGIC = 0x184d2204;
const MAGIC_BYTES = 4;
const VERSION_MASK = 0b1100_0000;
const VERSION_1 = 0b0100_0000;
const INDEPENDENT_BLOCKS = 0b0010_0000;
const BLOCK_CHECKSUMS = 0b0001_0000;
const CONTENT_SIZE = 0b0000_1000;
const CONTENT_CHECKSUM = 0b0000_0100;
const RESERVED_OR_DICTIONARY = 0b0000_0011;
const BLOCKS_OF_64_KIB = 4 << 4;
const STORED_BIT = 0x8000_0000;

/** Compresses bytes into one frame. */
export function compressLz4(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const output = newOutput(lz4BlockBound(to - from) + 64, Number.POSITIVE_INFINITY);
  putUint32LittleEndian(output.bytes, 0, MAGIC);
  output.bytes[4] = VERSION_1 | INDEPENDENT_BLOCKS;
  output.bytes[5] = BLOCKS_OF_64_KIB;
  output.bytes[6] = xxhash32(output.bytes, MAGIC_BYTES, 6) >> 8;
  output.length = 7;
  for (let at = from; at < to; at += MAX_BLOCK_BYTES) {
    putBlock(output, bytes, at, Math.min(to, at + MAX_BLOCK_BYTES));
  }
  putSize(output, 0);
  return written(output);
}

function putBlock(output: Output, bytes: Uint8Array, from: number, to: number): void {
  const sizeAt = output.length;
  putSize(output, 0);
  const blockAt = output.length;
  compressLz4Block(output, bytes, from, to);
  if (output.length - blockAt < to - from) {
    putUint32LittleEndian(output.bytes, sizeAt, output.length - blockAt);
    return;
  }
  output.length = blockAt;
  putUint32LittleEndian(output.bytes, sizeAt, (to - from) | STORED_BIT);
  append(output, bytes, from, to);
}

function putSize(output: Output, sizeBytes: number): void {
  reserve(output, 4);
  putUint32LittleEndian(output.bytes, output.length, sizeBytes);
  output.length += 4;
}

/**
 * Expands one frame, which must be all that the given bytes hold.
 *
 * @throws RecordError "bad-compression", or "too-large" beyond `limitBytes`
 */
export function decompressLz4(
  bytes: Uint8Array,
  from: number,
  to: number,
  limitBytes: number,
): Uint8Array {
  const flags = checkDescriptor(bytes, from, to);
  const maxBlockBytes = 1 << (8 + 2 * (((bytes[from + 5] ?? 0) >> 4) & 7));
  const output = newOutput(4 * (to - from), limitBytes);
  const checksumBytes = flags & BLOCK_CHECKSUMS ? 4 : 0;
  let at = from + descriptorEnd(flags);
  for (;;) {
    const header = uint32In(bytes, at, to);
    at += 4;
    if (header === 0) break;
    const sizeBytes = header & 0x7fff_ffff;
    if (sizeBytes > maxBlockBytes || sizeBytes + checksumBytes > to - at) {
      throw malformed(at, "an LZ4 block is larger than its frame allows");
    }
    const blockEnd = at + sizeBytes;
    if (checksumBytes > 0) checkHash(bytes, at, blockEnd, uint32In(bytes, blockEnd, to));
    const blockFrom = output.length;
    const historyFrom = flags & INDEPENDENT_BLOCKS ? blockFrom : 0;
    if (header >= STORED_BIT) append(output, bytes, at, blockEnd);
    else decompressLz4Block(output, historyFrom, bytes, at, blockEnd);
    if (output.length - blockFrom > maxBlockBytes) {
      throw malformed(at, "an LZ4 block expands to more than its frame allows");
    }
    at = blockEnd + checksumBytes;
  }
  if (flags & CONTENT_CHECKSUM) {
    checkHash(output.bytes, 0, output.length, uint32In(bytes, at, to));
    at += 4;
  }
  if (at !== to) throw malformed(at, "bytes follow the LZ4 frame");
  return written(output);
}

function descriptorEnd(flags: number): number {
  return flags & CONTENT_SIZE ? 15 : 7;
}

/** @returns the frame's flags */
function checkDescriptor(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 7 || uint32LittleEndianAt(bytes, from) !== MAGIC) {
    throw malformed(from, "not an LZ4 frame");
  }
  const flags = bytes[from + MAGIC_BYTES] ?? 0;
  if ((flags & VERSION_MASK) !== VERSION_1 || flags & RESERVED_OR_DICTIONARY) {
    throw malformed(from + MAGIC_BYTES, "an LZ4 frame of an unknown kind");
  }
  const blockSizeId = (bytes[from + 5] ?? 0) >> 4;
  if (blockSizeId < 4 || blockSizeId > 7) {
    throw malformed(from + 5, "an LZ4 frame with an unknown block size");
  }
  const hashAt = from + descriptorEnd(flags) - 1;
  if (hashAt >= to) throw malformed(hashAt, "an LZ4 frame is cut off");
  const hash = (xxhash32(bytes, from + MAGIC_BYTES, hashAt) >> 8) & 0xff;
  if (bytes[hashAt] !== hash) throw malformed(hashAt, "an LZ4 frame's header is damaged");
  return flags;
}

function checkHash(bytes: Uint8Array, from: number, to: number, expected: number): void {
  if (xxhash32(bytes, from, to) !== expected) throw malformed(from, "LZ4 data is damaged");
}

function uint32In(bytes: Uint8Array, at: number, to: number): number {
  if (at + 4 > to) throw malformed(at, "an LZ4 frame is cut off");
  return uint32LittleEndianAt(bytes, at);
}

function malformed(at: number, message: string): RecordError {
  return new RecordError("bad-compression", at, message);
}
