import { describe, expect, test } from "bun:test";
import { compress, decompress } from "./compression.ts";
import { RecordError } from "./errors.ts";
import { CODECS } from "./layout.ts";
import { findMatches, MATCH_FIELDS } from "./matches.ts";
import { sampleBytes, seeded, surrounded } from "./samples.testing.ts";
import { xxhash32 } from "./xxhash32.ts";

const AT = 5;
const encoder = new TextEncoder();

/** Sizes around the limits of blocks, tails and length fields. */
const SIZES = [
  0, 1, 4, 5, 11, 12, 13, 14, 15, 16, 19, 20, 60, 61, 64, 65, 255, 256, 257, 270, 1000,
];
const LARGE_SIZES = [32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 200_000];

describe.each([...CODECS])("%s", (codec) => {
  test("what it compresses it expands again, and to no byte more", () => {
    const random = seeded(20);
    for (const sizeBytes of [...SIZES, ...LARGE_SIZES]) {
      for (const bytes of [new Uint8Array(sizeBytes), sampleBytes(random, sizeBytes)]) {
        const input = surrounded(bytes, AT);
        const packed = surrounded(compress(codec, input, AT, AT + sizeBytes), AT);
        const packedTo = packed.length - 64;
        const expanded = decompress(codec, packed, AT, packedTo, Math.max(1, sizeBytes));
        expect(Buffer.compare(expanded, bytes)).toBe(0);
      }
    }
  });

  test("cut off anywhere, it says so or gives a beginning", () => {
    const bytes = sampleBytes(seeded(21), 3000);
    const packed = compress(codec, bytes, 0, bytes.length);
    for (let to = 0; to < packed.length; to++) {
      try {
        const expanded = decompress(codec, packed, 0, to, bytes.length);
        expect(Buffer.compare(expanded, bytes.subarray(0, expanded.length))).toBe(0);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordError);
      }
    }
  });
});

describe("xxhash32", () => {
  const known: [string, number][] = [
    ["", 0x02cc5d05],
    ["a", 0x550d7456],
    ["abc", 0x32d153ff],
    ["Nobody inspects the spammish repetition", 0xe2293b2f],
  ];
  test.each(known)("of %p", (text, hash) => {
    const bytes = surrounded(encoder.encode(text), AT);
    expect(xxhash32(bytes, AT, bytes.length - 64)).toBe(hash);
  });

  test.each([1, 0x80000000, 0xffffffff])("under the seed %p", (seed) => {
    for (const [text] of known) {
      const bytes = encoder.encode(text);
      expect(xxhash32(bytes, 0, bytes.length, seed)).toBe(Bun.hash.xxHash32(bytes, seed));
    }
  });
});

describe("malformed frames", () => {
  const sample = sampleBytes(seeded(22), 500);
  const frame = compress("lz4", sample, 0, sample.length);
  const CHECKED = 0b0110_0100;
  const INDEPENDENT = 0b0110_0000;
  const DEPENDENT = 0b0100_0000;
  const ZEROES_70_KB = [0x1f, 0, 1, 0, ...Array(280).fill(255), 0, 0x10, 0];

  /** A frame of blocks of 64 KiB at most, with an end mark. */
  function lz4Frame(flags: number, ...blocks: number[][]): number[] {
    const head = Uint8Array.of(4, 0x22, 0x4d, 0x18, flags, 0x40);
    const body = blocks.flatMap((block) => [block.length & 255, block.length >> 8, 0, 0, ...block]);
    return [...head, (xxhash32(head, 4, 6) >> 8) & 255, ...body, 0, 0, 0, 0];
  }

  const lz4: [string, Uint8Array | number[]][] = [
    ["not an LZ4 frame", frame.slice().fill(0, 0, 1)],
    ["not an LZ4 frame", frame.subarray(0, 6)],
    ["an LZ4 frame of an unknown kind", frame.slice().fill(0x20, 4, 5)],
    ["an LZ4 frame of an unknown kind", frame.slice().fill(0x61, 4, 5)],
    ["an LZ4 frame with an unknown block size", frame.slice().fill(0x30, 5, 6)],
    ["an LZ4 frame's header is damaged", frame.slice().fill(0x50, 5, 6)],
    ["an LZ4 block is larger than its frame allows", frame.slice().fill(1, 9, 10)],
    ["an LZ4 frame is cut off", frame.subarray(0, -1)],
    ["bytes follow the LZ4 frame", [...frame, 0]],
    ["LZ4 literals reach beyond their block", lz4Frame(INDEPENDENT, [0x20, 65])],
    ["an LZ4 block is cut off", lz4Frame(INDEPENDENT, [0xf0, 255])],
    ["an LZ4 block is cut off", lz4Frame(INDEPENDENT, [0x10, 65, 1])],
    ["an LZ4 copy reaches back before the start", lz4Frame(INDEPENDENT, [0x10, 65, 0, 0])],
    ["an LZ4 copy reaches back before the start", lz4Frame(INDEPENDENT, [0x10, 65, 2, 0])],
    ["an LZ4 copy reaches back", lz4Frame(INDEPENDENT, [0x10, 65], [0, 1, 0, 0])],
    ["an LZ4 block ends without", lz4Frame(DEPENDENT, [0x10, 65], [0, 1, 0])],
    ["an LZ4 block expands to more", lz4Frame(INDEPENDENT, ZEROES_70_KB)],
    ["LZ4 data is damaged", [...lz4Frame(CHECKED, [0x10, 65]), 0, 0, 0, 0]],
  ];
  test.each(lz4)("%s", (message, bytes) => {
    const expand = () => decompress("lz4", Uint8Array.from(bytes), 0, bytes.length, 1 << 20);
    expect(expand).toThrow(RecordError);
    expect(expand).toThrow(message);
  });

  test("a block that depends on the one before is read where the frame allows it", () => {
    const bytes = Uint8Array.from(lz4Frame(DEPENDENT, [0x10, 65], [0, 1, 0, 0x10, 66]));
    expect(decompress("lz4", bytes, 0, bytes.length, 6)).toEqual(encoder.encode("AAAAAB"));
  });

  const FRAMED = [...compress("snappy", sample, 0, sample.length)];
  const snappy: [string, number[]][] = [
    ["a snappy block has no length", []],
    ["a snappy block has no length", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["a snappy block's length lies", [0xff, 0xff, 0xff, 0x07, 0, 0]],
    ["a snappy copy reaches back before its block", [4, 0b1, 1]],
    ["a snappy copy reaches back before its block", [5, 0, 65, 0b1, 0]],
    ["a snappy copy reaches back before its block", [5, 0, 65, 0b1, 2]],
    ["a snappy block is longer than it says", [4, 0, 65, 0b1, 1]],
    ["a snappy block is cut off", [5, 0, 65, 0b10, 1]],
    ["snappy literals reach beyond their block", [4, 3 << 2, 65]],
    ["snappy literals reach beyond their block", [1, 1 << 2, 65, 66]],
    ["a snappy block is shorter than it says", [3, 0, 65]],
    ["a snappy block is larger than its frame", FRAMED.slice(0, -1)],
    ["a snappy block is larger than its frame", FRAMED.slice(0, 18)],
  ];
  test.each(snappy)("%s", (message, bytes) => {
    const expand = () => decompress("snappy", Uint8Array.from(bytes), 0, bytes.length, 1 << 30);
    expect(expand).toThrow(RecordError);
    expect(expand).toThrow(message);
  });

  test("snappy streams that were joined are one", () => {
    const joined = Uint8Array.from([...FRAMED, ...FRAMED]);
    const expanded = decompress("snappy", joined, 0, joined.length, 1000);
    expect(expanded).toEqual(Uint8Array.from([...sample, ...sample]));
  });
});

test("matches keep clear of a block's end, as LZ4 asks for", () => {
  for (let sizeBytes = 0; sizeBytes < 100; sizeBytes++) {
    const matches = findMatches(new Uint8Array(sizeBytes), 0, sizeBytes);
    for (let i = 0; i < matches.length; i += MATCH_FIELDS) {
      const [at = 0, , length = 0] = matches.subarray(i, i + MATCH_FIELDS);
      expect(at).toBeLessThanOrEqual(sizeBytes - 12);
      expect(at + length).toBeLessThanOrEqual(sizeBytes - 5);
    }
  }
});
