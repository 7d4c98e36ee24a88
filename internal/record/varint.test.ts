import { describe, expect, test } from "bun:test";
import { RecordError } from "./errors.ts";
import { putVarint, readVarint, varintBytes } from "./varint.ts";

const LARGEST = 2 ** 52 - 1;

function read(bytes: ArrayLike<number>, limit = bytes.length): number {
  return readVarint({ bytes: Uint8Array.from(bytes), at: 0, limit });
}

describe("varints", () => {
  const known: [number, number[]][] = [
    [0, [0]],
    [-1, [1]],
    [1, [2]],
    [63, [126]],
    [-64, [127]],
    [64, [128, 1]],
    [300, [216, 4]],
    [2 ** 31 - 1, [254, 255, 255, 255, 15]],
    [-(2 ** 31), [255, 255, 255, 255, 15]],
    [2 ** 32, [128, 128, 128, 128, 32]],
  ];
  test.each(known)("%d", (value, bytes) => {
    const written = new Uint8Array(bytes.length);
    expect(putVarint(written, 0, value)).toBe(bytes.length);
    expect([...written]).toEqual(bytes);
    expect(varintBytes(value)).toBe(bytes.length);
    expect(read(bytes)).toBe(value);
  });

  test("around every power of two", () => {
    const bytes = new Uint8Array(12);
    for (let bits = 0; bits <= 52; bits++) {
      for (const value of [2 ** bits - 1, 2 ** bits, -(2 ** bits) + 1, -(2 ** bits)]) {
        if (Math.abs(value) > LARGEST) continue;
        const end = putVarint(bytes, 0, value);
        expect(varintBytes(value)).toBe(end);
        expect(read(bytes, end) === value).toBe(true);
        for (let cut = 0; cut < end; cut++) expect(() => read(bytes, cut)).toThrow(RecordError);
      }
    }
  });

  test("longer or larger than it may be", () => {
    expect(read([...Array(9).fill(0x80), 0])).toBe(0);
    expect(() => read([...Array(10).fill(0x80), 0])).toThrow("too many bytes");
    expect(() => read([...Array(9).fill(0xff), 1])).toThrow("too large");
    expect(() => read([])).toThrow("cut off");
  });
});
