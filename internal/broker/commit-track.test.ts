import { describe, expect, test } from "bun:test";
import { seeded } from "../record/samples.testing.ts";
import { CommitTrack, drainMs } from "./commit-track.ts";

/** A partition that is written at an even pace, and how far somebody has read it. */
class Written {
  readonly perMs: number;
  offset = 0;
  #committed = 0;
  readonly track: CommitTrack;
  readonly #ahead: number;

  constructor(ahead: number, perSecond: number, atMs = 0) {
    this.#ahead = ahead;
    this.perMs = perSecond / 1000;
    this.track = new CommitTrack(atMs, 0);
  }

  end(atMs: number): number {
    return this.#ahead + this.perMs * atMs;
  }

  commit(atMs: number): void {
    this.#committed = Math.floor(this.offset);
    this.track.note(atMs, this.#committed);
  }

  at(nowMs: number) {
    const writtenSince = (sinceMs: number) => this.perMs * (nowMs - sinceMs);
    return { track: this.track, lag: this.end(nowMs) - this.#committed, writtenSince };
  }
}

/**
 * Reads partitions in turn, so many records of each at a time, and commits all of them every so
 * often. Returns how far estimates were from what came to be, as shares of that.
 */
function errorsOf(partitions: readonly Written[], perSecond: number, turn: number): number[] {
  const random = seeded(3);
  const estimates: [atMs: number, drainMs: number][] = [];
  let [index, left, nowMs, committedAtMs] = [0, turn, 0, 0];
  while (partitions.some((each) => each.offset < each.end(nowMs) - 1)) {
    nowMs += 100;
    let most = (perSecond / 10) * (0.5 + random());
    for (let idle = 0; most > 0 && idle < partitions.length; ) {
      const partition = partitions[index % partitions.length] ?? never();
      const count = Math.min(most, left, partition.end(nowMs) - partition.offset);
      partition.offset += count;
      most -= count;
      left -= count;
      idle = count > 0 ? 0 : idle + 1;
      if (most <= 0) break;
      index++;
      left = turn;
    }
    if (nowMs - committedAtMs >= 1000) {
      committedAtMs = nowMs;
      for (const each of partitions) each.commit(nowMs);
    }
    const estimate = drainMs(
      partitions.map((each) => each.at(nowMs)),
      nowMs,
    );
    if (nowMs > 15_000 && estimate !== null) estimates.push([nowMs, estimate]);
    if (nowMs > 600_000) throw new Error("it never ends");
  }
  const looked = estimates.filter(([atMs]) => nowMs - atMs > 5000);
  expect(looked.length).toBeGreaterThan(100);
  return looked.map(([atMs, estimate]) => Math.abs(estimate - (nowMs - atMs)) / (nowMs - atMs));
}

describe("the time until all is read", () => {
  test.each([
    ["one after the other", 10_000],
    ["in small turns", 100],
    ["at once", 1],
  ])("is right within a quarter of who reads his partitions %s", (_, turn) => {
    const partitions = [10_000, 9000, 12_000].map((ahead) => new Written(ahead, 80));
    expect(Math.max(...errorsOf(partitions, 600, turn))).toBeLessThan(0.25);
  });

  test("is not known of who stands still, and soon again of who goes on", () => {
    const partition = new Written(100_000, 0);
    const told = (nowMs: number) => drainMs([partition.at(nowMs)], nowMs);
    for (let atMs = 1000; atMs <= 20_000; atMs += 1000) {
      partition.offset += 1000;
      partition.commit(atMs);
    }
    expect(told(20_000)).toBeCloseTo(80_000, -3);
    expect(told(36_000)).toBeNull();
    for (let atMs = 300_000; atMs <= 310_000; atMs += 1000) {
      partition.offset += 1000;
      partition.commit(atMs);
    }
    expect((told(310_000) ?? 0) / 69_000).toBeCloseTo(1, 0);
  });

  test("begins anew where an offset goes back", () => {
    const partition = new Written(10_000, 0);
    for (let atMs = 1000; atMs <= 30_000; atMs += 1000) {
      partition.offset += 100;
      partition.commit(atMs);
    }
    partition.offset = 0;
    partition.commit(31_000);
    expect(drainMs([partition.at(31_000)], 31_000)).toBeNull();
    partition.offset = 100;
    partition.commit(32_000);
    expect(drainMs([partition.at(32_000)], 32_000)).toBeCloseTo(99_000, -1);
  });

  test("what was read since some time is what commits say, however many there were", () => {
    const track = new CommitTrack(0, 0);
    for (let atMs = 500; atMs <= 200_000; atMs += 500) track.note(atMs, atMs / 10);
    for (const sinceMs of [140_000, 155_500, 190_000, 199_999, 200_000, 250_000]) {
      expect(track.readSince(sinceMs)).toBeCloseTo(Math.max(0, (200_000 - sinceMs) / 10), 3);
    }
    expect(track.beganMs).toBeLessThanOrEqual(140_000);
    expect(track.beganMs).toBeGreaterThan(120_000);
  });
});

function never(): never {
  throw new Error("there is none");
}
