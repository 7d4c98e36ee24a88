import { describe, expect, test } from "bun:test";
import { compress, decompress } from "./compression.ts";
import { RecordError } from "./errors.ts";
import { CODECS } from "./layout.ts";
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
});

describe("malformed frames", () => {
  const frame = compress("lz4", sampleBytes(seeded(22), 500), 0, 500);
  const lz4: [string, (frame: Uint8Array) => Uint8Array][] = [
    ["another magic", (f) => f.fill(0, 0, 1)],
    ["another version", (f) => f.fill(0x20, 4, 5)],
    ["a dictionary", (f) => f.fill(0x61, 4, 5)],
    ["an unknown block size", (f) => f.fill(0x30, 5, 6)],
    ["a damaged header", (f) => f.fill(0x50, 5, 6)],
    ["a block beyond the frame", (f) => f.fill(0x01, 9, 10)],
    ["bytes behind it", (f) => Buffer.concat([f, Uint8Array.of(0)])],
    ["no end mark", (f) => f.subarray(0, -4)],
  ];
  test.each(lz4)("lz4 with %s", (_, change) => {
    const changed = change(frame.slice());
    expect(() => decompress("lz4", changed, 0, changed.length, 1 << 20)).toThrow(RecordError);
  });

  const snappy: [string, number[]][] = [
    ["nothing", []],
    ["a length without an end", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["a length that no input can give", [0xff, 0xff, 0xff, 0x07, 0, 0]],
    ["a copy before the start", [4, 0b1, 1]],
    ["a copy of distance 0", [8, 0, 65, 0b1101, 0]],
    ["literals beyond the end", [4, 3 << 2, 65]],
    ["more than it says", [1, 1 << 2, 65, 66]],
    ["less than it says", [3, 0, 65]],
  ];
  test.each(snappy)("snappy with %s", (_, bytes) => {
    const block = Uint8Array.from(bytes);
    const expand = () => decompress("snappy", block, 0, block.length, 1 << 30);
    expect(expand).toThrow(RecordError);
  });
});
