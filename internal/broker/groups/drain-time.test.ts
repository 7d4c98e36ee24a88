import { describe, expect, test } from "bun:test";
import { dealt, seeded } from "../../record/samples.testing.ts";
import { Arrivals } from "./arrivals.ts";
import { CommitTrack } from "./commit-track.ts";
import { drainMs } from "./drain-time.ts";

/** A partition with so many records at first, and how far somebody has read and committed it. */
class Written {
  readonly arrivals = new Arrivals(0);
  readonly track: CommitTrack;
  end = 0;
  offset = 0;
  #committed = 0;

  constructor(ahead: number, atMs = 0) {
    this.write(ahead, atMs - 10_000);
    this.track = new CommitTrack(atMs, 0, this.end);
  }

  write(count: number, atMs: number): void {
    this.end += count;
    this.arrivals.note(atMs, this.end);
  }

  /** Reads what there is, at most so many; returns how many there were. */
  read(most: number): number {
    const count = Math.min(most, this.end - this.offset);
    this.offset += count;
    return count;
  }

  commit(atMs: number): void {
    this.#committed = this.offset;
    this.track.note(atMs, this.offset, this.end);
  }

  get now() {
    const { arrivals, track, end: highWatermark } = this;
    return { arrivals, track, highWatermark, lag: highWatermark - this.#committed };
  }
}

const told = (partitions: readonly Written[], nowMs: number) => {
  return drainMs(
    partitions.map((each) => each.now),
    nowMs,
  );
};

/** What was told at a time, and what came to be, in milliseconds. */
interface Look {
  readonly toldMs: number | null;
  readonly trueMs: number;
}

/** Looks from 15 s after the reader began to 10 s before he has read all. */
function settled(looks: readonly [atMs: number, toldMs: number | null][], endMs: number): Look[] {
  const atMost = looks.filter(([atMs]) => atMs > 15_000 && endMs - atMs > 10_000);
  return atMost.map(([atMs, toldMs]) => ({ toldMs, trueMs: endMs - atMs }));
}

/** How far off it was, as a share; what wasn't told is as wrong as can be. */
const errorOf = ({ toldMs, trueMs }: Look) => (toldMs === null ? 1 : toldMs / trueMs - 1);

/**
 * Reads partitions in turn, so many records of each at a time, while they are written at an even
 * pace, and commits those he has begun with every second.
 */
function readInTurn(partitions: readonly Written[], perSecond: number, turn: number): Look[] {
  const random = seeded(3);
  const looks: [atMs: number, toldMs: number | null][] = [];
  const begun = new Set<Written>();
  let [index, left, nowMs] = [0, turn, 0];
  while (partitions.some((each) => each.offset < each.end)) {
    nowMs += 100;
    for (const each of partitions) each.write(8, nowMs);
    let most = Math.round((perSecond / 10) * (0.5 + random()));
    for (let idle = 0; most > 0 && idle < partitions.length; ) {
      const partition = partitions[index % partitions.length];
      if (!partition) throw new Error("there is none");
      const count = partition.read(Math.min(most, left));
      begun.add(partition);
      most -= count;
      left -= count;
      idle = count > 0 ? 0 : idle + 1;
      if (most <= 0) break;
      index++;
      left = turn;
    }
    if (nowMs % 1000 === 0) for (const each of begun) each.commit(nowMs);
    looks.push([nowMs, told(partitions, nowMs)]);
    if (nowMs > 600_000) throw new Error("it never ends");
  }
  return settled(looks, nowMs);
}

/** Three partitions with bursts and pauses for 40 s, then somebody reads as well, unevenly. */
function readIrregular(seed: number, cardCount: number): Look[] {
  const random = seeded(seed);
  const dealer = () => dealt(seeded(random() * 2 ** 31), cardCount);
  const [burst, pause, pace] = [dealer(), dealer(), dealer()];
  const startMs = -40_000;
  const partitions = [0, 1, 2].map(() => new Written(0, startMs));
  const waiting: { partition: Written; count: number }[] = [];
  const looks: [atMs: number, toldMs: number | null][] = [];
  let [nextMs, lookMs] = [startMs, 0];
  const pass = (untilMs: number) => {
    while (Math.min(nextMs, lookMs) <= untilMs) {
      if (lookMs < nextMs) {
        looks.push([lookMs, told(partitions, lookMs)]);
        lookMs += 500;
        continue;
      }
      const partition = partitions[Math.floor(random() * 3)];
      if (!partition) throw new Error("there is none");
      const count = Math.ceil(burst() * 200);
      partition.write(count, nextMs);
      waiting.push({ partition, count });
      nextMs += pause() * 800;
    }
  };
  pass(0);
  waiting.sort((a, b) => partitions.indexOf(a.partition) - partitions.indexOf(b.partition));
  const begun = new Set<Written>();
  let [nowMs, committedMs] = [0, 0];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    nowMs += (next.count / 600) * 1000 * (0.3 + 1.4 * pace());
    pass(nowMs);
    next.partition.read(next.count);
    begun.add(next.partition);
    if (nowMs - committedMs < 1000) continue;
    committedMs = nowMs;
    for (const each of begun) each.commit(nowMs);
  }
  return settled(looks, nowMs);
}

describe("the time until all is read", () => {
  test.each([
    ["one after the other", 10_000],
    ["in small turns", 100],
    ["at once", 1],
  ])("is right within a quarter of who reads his partitions %s", (_, turn) => {
    const looks = readInTurn(
      [10_000, 9000, 12_000].map((ahead) => new Written(ahead)),
      600,
      turn,
    );
    expect(looks.length).toBeGreaterThan(500);
    expect(Math.max(...looks.map((look) => Math.abs(errorOf(look))))).toBeLessThan(0.25);
  });

  test.each([
    { load: "that is irregular, but not for long", cardCount: 10, within: 0.99 },
    // Of who knows the true speeds, it is 93 % of the looks: ten seconds differ so much.
    { load: "of dice", cardCount: 0, within: 0.7 },
  ])("is right within a quarter with load $load, and errs to no side", ({ cardCount, within }) => {
    const errors: number[] = [];
    for (let seed = 1; seed <= 150; seed++) {
      errors.push(...readIrregular(seed, cardCount).map(errorOf));
    }
    expect(errors.length).toBeGreaterThan(1000);
    const right = errors.filter((error) => Math.abs(error) <= 0.25);

    expect(right.length / errors.length).toBeGreaterThan(within);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
  });

  test("is not known of who stands still, and soon again of who goes on", () => {
    const partition = new Written(100_000);
    const readOn = (fromMs: number, toMs: number) => {
      for (let atMs = fromMs; atMs <= toMs; atMs += 1000) {
        partition.read(1000);
        partition.commit(atMs);
      }
    };
    readOn(1000, 20_000);
    partition.write(1, 20_000);
    expect(told([partition], 20_000)).toBeCloseTo(80_000, -3);
    expect(told([partition], 36_000)).toBeNull();
    readOn(300_000, 310_000);
    expect((told([partition], 310_000) ?? 0) / 69_000).toBeCloseTo(1, 1);
  });

  test("is by the speed of the time in which there was something to read", () => {
    const partition = new Written(0);
    for (let atMs = 5000; atMs <= 100_000; atMs += 5000) partition.commit(atMs);
    partition.write(1, 103_000);
    for (let atMs = 103_100; atMs <= 104_000; atMs += 100) partition.write(1000, atMs);
    partition.read(2000);
    partition.commit(105_000);
    // He reads some 1000 a second, and 167 come: 8001 are left.
    expect((told([partition], 105_000) ?? 0) / 9300).toBeCloseTo(1, 1);
  });

  test("begins anew where an offset goes back", () => {
    const partition = new Written(10_000);
    for (let atMs = 1000; atMs <= 30_000; atMs += 1000) {
      partition.read(100);
      partition.commit(atMs);
    }
    partition.offset = 0;
    partition.commit(31_000);
    expect(told([partition], 31_000)).toBeNull();
    partition.offset = 100;
    partition.commit(32_000);
    expect(told([partition], 32_000)).toBeCloseTo(99_000, -1);
  });
});
