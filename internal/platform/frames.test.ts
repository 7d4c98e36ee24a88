import { describe, expect, test } from "bun:test";
import { FrameAssembler, type FrameError } from "./frames.ts";

/** Frames as they stand in the stream: a size of four bytes in front of each. */
function stream(frames: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(frames.flatMap((frame) => [sizePrefix(frame.length), frame]));
}

function sizePrefix(size: number): Uint8Array {
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setInt32(0, size);
  return prefix;
}

function pattern(count: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (i * 7 + (i >>> 8) + seed) & 0xff);
}

function collect(maxBytes: number): { assembler: FrameAssembler; got: string[] } {
  const got: string[] = [];
  const assembler = new FrameAssembler(maxBytes, (buffer, from, to) =>
    got.push(Buffer.from(buffer.subarray(from, to)).toString("hex")),
  );
  return { assembler, got };
}

const hex = (frame: Uint8Array): string => Buffer.from(frame).toString("hex");

describe("FrameAssembler", () => {
  const frames = [pattern(1, 1), pattern(9, 2), pattern(6, 3)];
  const bytes = stream(frames);

  test("finds three frames however their stream is cut in three", () => {
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const { assembler, got } = collect(9);
        assembler.receive(bytes.slice(0, first), 0, first);
        assembler.receive(bytes.slice(first, second), 0, second - first);
        expect(assembler.receive(bytes, second, bytes.length)).toBeNull();
        expect(got).toEqual(frames.map(hex));
        expect(assembler.partial).toBeNull();
      }
    }
  });

  test("finds them one byte at a time, inside a larger buffer", () => {
    const { assembler, got } = collect(9);
    const room = new Uint8Array(bytes.length + 20).fill(0xee);
    room.set(bytes, 13);
    const view = room.subarray(10, 13 + bytes.length);
    for (let at = 3; at < view.length; at++) {
      expect(assembler.receive(view, at, at + 1)).toBeNull();
    }
    expect(got).toEqual(frames.map(hex));
  });

  test("hands out a frame within one chunk without copying it", () => {
    const places: [Uint8Array, number, number][] = [];
    const assembler = new FrameAssembler(9, (...place) => places.push(place));
    assembler.receive(bytes, 0, bytes.length);
    expect(places.map(([buffer]) => buffer === bytes)).toEqual([true, true, true]);
    expect(places.map(([, from, to]) => [from, to])).toEqual([
      [4, 5],
      [9, 18],
      [22, 28],
    ]);
  });

  test("takes the rest of a frame in place, and grows with what has come", () => {
    const frame = pattern(5_000_000, 4);
    const { assembler, got } = collect(frame.length);
    const head = stream([frame]).slice(0, 10);
    assembler.receive(head, 0, head.length);
    let at = 6;
    while (assembler.partial !== null) {
      const { bytes: target, filledBytes } = assembler.partial;
      expect(filledBytes).toBe(at);
      expect(target.length).toBeLessThanOrEqual(Math.max(1 << 20, 2 * at));
      const count = Math.min(300_000, target.length - filledBytes);
      target.set(frame.subarray(at, at + count), filledBytes);
      at += count;
      assembler.filled(count);
    }
    expect(got.length).toBe(1);
    expect(got[0] === hex(frame)).toBe(true);
  });

  test("a claimed size sets aside at most a mebibyte", () => {
    const { assembler } = collect(2 ** 31 - 1);
    assembler.receive(sizePrefix(2 ** 31 - 1), 0, 4);
    expect(assembler.partial?.bytes.length).toBe(1 << 20);
  });

  const lies: [number, FrameError["code"]][] = [
    [-1, "frame-negative"],
    [-(2 ** 31), "frame-negative"],
    [0, "frame-empty"],
    [10, "frame-too-large"],
    [2 ** 31 - 1, "frame-too-large"],
  ];
  test.each(lies)("refuses the size %d and all that comes after it", (size, code) => {
    const { assembler, got } = collect(9);
    const good = stream([pattern(9, 1)]);
    const bad = Buffer.concat([good, sizePrefix(size), good]);
    const error = { code, sizeBytes: size, maxBytes: 9 };
    expect(assembler.receive(bad, 0, bad.length)).toEqual(error);
    expect(assembler.receive(good, 0, good.length)).toEqual(error);
    expect(got.length).toBe(1);
    expect(assembler.partial).toBeNull();
  });

  test("refuses bytes in place that no frame waits for", () => {
    expect(() => collect(9).assembler.filled(1)).toThrow("no frame has begun");
  });
});
