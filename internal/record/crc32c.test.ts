import { describe, expect, test } from "bun:test";
import { loadNativeCrc32c } from "../platform/native-crc32c.ts";
import { crc32c, crc32cPortable } from "./crc32c.ts";
import { sampleBytes, seeded } from "./samples.testing.ts";

const encoder = new TextEncoder();

describe("crc32c", () => {
  const known: [string, Uint8Array, number][] = [
    ["nothing", new Uint8Array(0), 0],
    ["the check value", encoder.encode("123456789"), 0xe3069283],
    ["RFC 3720: 32 zeroes", new Uint8Array(32), 0x8a9136aa],
    ["RFC 3720: 32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["RFC 3720: incrementing", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ];
  test.each(known)("%s", (_, bytes, crc) => {
    expect(crc32c(bytes, 0, bytes.length)).toBe(crc);
    expect(crc32cPortable(bytes, 0, bytes.length)).toBe(crc);
  });

  test("the native and the portable way agree at every size and position", () => {
    const native = loadNativeCrc32c();
    const bytes = sampleBytes(seeded(1), 5000);
    for (let sizeBytes = 0; sizeBytes < 4000; sizeBytes++) {
      const from = sizeBytes % 37;
      const crc = crc32cPortable(bytes, from, from + sizeBytes);
      expect(crc32c(bytes, from, from + sizeBytes)).toBe(crc);
      if (native && sizeBytes > 0) expect(native.sum(bytes, from, from + sizeBytes, 0)).toBe(crc);
    }
  });

  test("goes on where another one ended", () => {
    const bytes = sampleBytes(seeded(3), 4000);
    for (const cut of [0, 1, 15, 16, 17, 800, 2000, 3999, 4000]) {
      const before = crc32c(bytes, 0, cut);
      expect(crc32c(bytes, cut, 4000, before)).toBe(crc32c(bytes, 0, 4000));
    }
  });

  test("a view with an offset of its own is read from its own start", () => {
    const bytes = sampleBytes(seeded(2), 3000);
    const view = new Uint8Array(bytes.buffer, 1001, 1500);
    expect(crc32c(view, 3, 1400)).toBe(crc32c(bytes, 1004, 2401));
  });
});
