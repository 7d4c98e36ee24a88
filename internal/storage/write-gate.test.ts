import { expect, test } from "bun:test";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { WriteGate } from "./write-gate.ts";

test("a disk that gets full is told of before writes are refused, and once", () => {
  const disk = memoryDisk();
  let free = 1000;
  disk.freeBytes = () => free;
  const told: number[] = [];
  const gate = new WriteGate({
    clock: manualClock(),
    disk,
    directory: "/data",
    minFreeBytes: 100,
    checkEachBytes: 1,
    low: (bytes) => told.push(bytes),
  });
  const refusedAt = (bytes: number): boolean => {
    free = bytes;
    return gate.ask(1) !== null;
  };
  expect([1000, 400, 399, 300].map(refusedAt)).toEqual([false, false, false, false]);
  expect(told).toEqual([399]);
  expect([450, 380].map(refusedAt)).toEqual([false, false]);
  expect(told).toEqual([399]);
  expect([600, 390, 99].map(refusedAt)).toEqual([false, false, true]);
  expect(told).toEqual([399, 390]);
});
