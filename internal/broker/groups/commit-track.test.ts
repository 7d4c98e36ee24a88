import { describe, expect, test } from "bun:test";
import { CommitTrack } from "./commit-track.ts";

const FAR = Number.POSITIVE_INFINITY;

describe("what was read since some time", () => {
  test("is what commits say, however many there were", () => {
    const track = new CommitTrack(0, 0, FAR);
    for (let atMs = 500; atMs <= 200_000; atMs += 500) track.note(atMs, atMs / 10, FAR);
    for (const sinceMs of [140_000, 155_500, 190_000, 199_999, 200_000, 250_000]) {
      expect(track.readSince(sinceMs, FAR)).toBeCloseTo(Math.max(0, (200_000 - sinceMs) / 10), 3);
    }
    expect(track.beganMs).toBeLessThanOrEqual(140_000);
    expect(track.beganMs).toBeGreaterThan(120_000);
  });

  test("is all that the first commit after a standstill tells, as it is of then", () => {
    const track = new CommitTrack(0, 0, FAR);
    for (const [atMs, offset] of [
      [40_000, 500],
      [41_000, 1100],
    ] as const) {
      track.note(atMs, offset, FAR);
    }
    expect(track.readSince(0, FAR)).toBe(1100);
    expect(track.readSince(39_000, FAR)).toBe(1100);
    expect(track.readSince(40_000, FAR)).toBe(600);
    expect(track.resumedMs).toBe(40_000);
  });

  test("is no more than had come by then", () => {
    const track = new CommitTrack(0, 100, 100);
    track.note(5000, 1100, 10_000);
    expect(track.readSince(4000, FAR)).toBe(200);
    expect(track.readSince(4000, 100)).toBe(1000);
  });

  test("is told also where commits came at once", () => {
    const track = new CommitTrack(5000, 0, FAR);
    track.note(5000, 10, FAR);
    for (const sinceMs of [0, 4999]) expect(track.readSince(sinceMs, FAR)).toBe(10);
    expect(track.readSince(5000, FAR)).toBe(0);
  });

  test("begins anew where an offset goes back", () => {
    const track = new CommitTrack(0, 0, FAR);
    for (let atMs = 1000; atMs <= 20_000; atMs += 1000) track.note(atMs, atMs, FAR);
    track.note(21_000, 0, FAR);
    track.note(22_000, 700, FAR);
    expect(track.readSince(0, FAR)).toBe(700);
    expect(track.resumedMs).toBe(21_000);
  });
});

test("where the group had read all is known until it goes back", () => {
  const track = new CommitTrack(0, 0, 10);
  expect(track.caughtUpOffset).toBeNull();
  track.note(1000, 10, 10);
  track.note(2000, 15, 200);
  expect(track.caughtUpOffset).toBe(10);
  track.note(3000, 0, 300);
  expect(track.caughtUpOffset).toBeNull();
});
