import { expect, test } from "bun:test";
import { seeded } from "../../record/samples.testing.ts";
import { KeyOffsets } from "./key-offsets.ts";

const encoder = new TextEncoder();
const MIB = 1024 * 1024;

/** A key in the middle of other bytes, as it stands in a batch. */
function placed(key: string, before: number): { bytes: Uint8Array; from: number; to: number } {
  const encoded = encoder.encode(key);
  const bytes = new Uint8Array(before + encoded.length + 7).fill(0x6b);
  bytes.set(encoded, before);
  return { bytes, from: before, to: before + encoded.length };
}

test("it knows of each key what a map knows", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = seeded(seed);
    const below = (bound: number) => Math.floor(random() * bound);
    const keyCount = 1 + below(3000);
    const keys = new KeyOffsets(16 * MIB, 5000, seed);
    const model = new Map<string, number>();
    // Keys that begin with each other, the empty one, and one that takes more than a page.
    const keyOf = (n: number) =>
      n === 1 ? "x".repeat(3 * MIB) : "key".repeat(n % 5).concat(`${n}`);
    for (let offset = 0; offset < 4000; offset++) {
      const n = below(keyCount);
      const key = n === 0 ? "" : keyOf(n);
      const { bytes, from, to } = placed(key, below(20));
      expect(keys.put(bytes, from, to, offset * 1e9)).toBe(true);
      model.set(key, offset * 1e9);
    }
    expect(keys.size).toBe(model.size);
    for (let n = 0; n < keyCount; n++) {
      const key = n === 0 ? "" : keyOf(n);
      const { bytes, from, to } = placed(key, below(20));
      expect(keys.get(bytes, from, to)).toBe(model.get(key) ?? -1);
    }
  }
});

test("a full one takes no more keys, and still learns of those that it has", () => {
  const keys = new KeyOffsets(2 * MIB, 1e9, 1);
  let count = 0;
  for (; ; count++) {
    const { bytes, from, to } = placed(`key ${count}`, 0);
    if (!keys.put(bytes, from, to, count)) break;
  }
  // About 32 bytes a key; a quarter of the memory is for the table, and its last slots stay free.
  expect(count).toBeGreaterThan(40_000);
  expect(keys.size).toBe(count);
  const first = placed("key 0", 3);
  expect(keys.put(first.bytes, first.from, first.to, 1e6)).toBe(true);
  expect(keys.get(first.bytes, first.from, first.to)).toBe(1e6);
});

test("the first key always finds room", () => {
  const { bytes, from, to } = placed("x".repeat(2 * MIB), 0);
  const keys = new KeyOffsets(1024, 10, 1);
  expect(keys.put(bytes, from, to, 5)).toBe(true);
  expect(keys.get(bytes, from, to)).toBe(5);
  expect(keys.put(bytes, from, to - 1, 6)).toBe(false);
});
