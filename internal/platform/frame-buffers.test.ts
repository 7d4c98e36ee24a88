import { expect, test } from "bun:test";
import { FrameBuffers } from "./frame-buffers.ts";

const KIB = 1024;

test("a buffer that was given back is used again, for frames that take at least half of it", () => {
  const buffers = new FrameBuffers();
  const first = buffers.take(1000 * KIB);
  expect(first.length).toBe(1000 * KIB);
  buffers.give(first);
  expect(buffers.take(500 * KIB).buffer).not.toBe(first.buffer);
  const second = buffers.take(600 * KIB);
  expect(second.buffer).toBe(first.buffer);
  expect(second.length).toBe(600 * KIB);
});

test("no buffer is lent twice, however often it is given back", () => {
  const buffers = new FrameBuffers();
  const first = buffers.take(100 * KIB);
  buffers.give(first);
  buffers.give(first);
  expect(buffers.take(100 * KIB).buffer).toBe(first.buffer);
  expect(buffers.take(100 * KIB).buffer).not.toBe(first.buffer);
});

test("what is small, large or someone else's isn't kept", () => {
  const buffers = new FrameBuffers();
  for (const sizeBytes of [1 * KIB, 1025 * KIB]) {
    const frame = buffers.take(sizeBytes);
    buffers.give(frame);
    expect(buffers.take(sizeBytes).buffer).not.toBe(frame.buffer);
  }
  const strange = new Uint8Array(128 * KIB);
  buffers.give(strange);
  expect(buffers.take(128 * KIB).buffer).not.toBe(strange.buffer);
});

test("free memory is bounded", () => {
  const buffers = new FrameBuffers();
  const lent = Array.from({ length: 20 }, () => buffers.take(1024 * KIB));
  for (const frame of lent) buffers.give(frame);
  const before = new Set(lent.map(({ buffer }) => buffer));
  const again = Array.from({ length: 20 }, () => buffers.take(1024 * KIB));
  expect(again.filter(({ buffer }) => before.has(buffer))).toHaveLength(8);
});
