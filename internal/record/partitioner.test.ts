import { expect, test } from "bun:test";
import { murmur2, partitionOfKey } from "./partitioner.ts";

const encoder = new TextEncoder();

// The values that Kafka's own test of Utils.murmur2 expects.
test.each([
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
])("murmur2 of %s", (key, hash) => {
  expect(murmur2(encoder.encode(key))).toBe(hash);
});

test("a key's partition is one that exists, also where the hash is negative", () => {
  for (let count = 1; count < 50; count++) {
    const partition = partitionOfKey(encoder.encode("foobar"), count);
    expect(partition).toBe((-790332482 & 0x7fffffff) % count);
  }
});
