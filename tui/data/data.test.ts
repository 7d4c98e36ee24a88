import { describe, expect, test } from "bun:test";
import type { WatchUpdate } from "../../internal/client/api.ts";
import { brokerRow, helloRow, NOW_MS, partitionRow, topicRow } from "../testing/rows.testing.ts";
import { drainMs, paceOf } from "./pace.ts";
import { Track } from "./track.ts";
import { World } from "./world.ts";

/** A track of samples, one a second: `[committed, end]`. */
function trackOf(samples: readonly (readonly [number, number])[]): Track {
  const track = new Track();
  for (const [second, [committed, end]] of samples.entries()) {
    track.add(second * 1000, committed, end);
  }
  return track;
}

const seconds = (count: number, of: (second: number) => [number, number]): Track =>
  trackOf(Array.from({ length: count }, (_, second) => of(second)));

describe("a reader's pace", () => {
  test("is unknown where nothing was committed, and stays out of everything", () => {
    expect(paceOf(-1, undefined, 0)).toBe("uncommitted");
    expect(drainMs(100, undefined)).toBeNull();
  });

  test.each([
    ["done", 0, seconds(20, (second) => [second * 10, second * 10])],
    ["keeping-up", 30, seconds(20, (second) => [second * 10, second * 10 + 30])],
    ["catching-up", 10_000, seconds(20, (second) => [second * 30, 10_000 + second * 10])],
    ["losing", 10_000, seconds(20, (second) => [second * 5, 10_000 + second * 10])],
    ["stuck", 10_000, seconds(20, (second) => [7, 10_000 + second * 10])],
  ] as const)("is %s", (expected, lag, track) => {
    expect(paceOf(lag, track, 19_000)).toBe(expected);
  });

  test("isn't told before it was watched for a while", () => {
    expect(paceOf(10, undefined, 0)).toBe("unknown");
    expect(
      paceOf(
        10,
        seconds(2, (second) => [second, 10_000]),
        1000,
      ),
    ).toBe("unknown");
  });

  test("is told by commits that come every few seconds, too", () => {
    const track = seconds(30, (second) => [Math.floor(second / 5) * 50, second * 10 + 20]);
    expect(paceOf(60, track, 29_000)).toBe("keeping-up");
  });

  test("says how long until it has caught up", () => {
    const track = seconds(20, (second) => [second * 30, 10_000 + second * 10]);
    expect(drainMs(2000, track)).toBeCloseTo(100_000, -2);
    expect(
      drainMs(
        2000,
        seconds(20, (second) => [second, second * 2]),
      ),
    ).toBeNull();
  });
});

describe("how far a reader is behind in time", () => {
  test("is how long ago its next record came, if that was seen", () => {
    const track = seconds(20, (second) => [50, second * 10]);
    expect(track.behind(19_000)).toEqual({ ageMs: 13_000, isAtLeast: false });
  });

  test("is at least as long as it was watched, if not", () => {
    const track = seconds(5, () => [50, 100]);
    expect(track.behind(4000)).toEqual({ ageMs: 4000, isAtLeast: true });
  });

  test("is nothing for one who has read all", () => {
    expect(seconds(5, () => [100, 100]).behind(4000)).toBeNull();
  });
});

test("a track begins anew when a group is set back", () => {
  const track = trackOf([
    [100, 200],
    [150, 200],
    [0, 200],
  ]);
  expect(track.lags).toEqual([200]);
  expect(track.readPerSecond).toBeNull();
});

describe("what is known of a broker", () => {
  const nothing: WatchUpdate = {
    others: [],
    ...{ atMs: NOW_MS, broker: brokerRow(), removedTopics: [], topics: [], partitions: [] },
    ...{ removedGroups: [], groups: [], progress: [], events: [], incomplete: false },
  };

  test("stays on the screen while a new connection tells it again, and goes if it doesn't", () => {
    const world = new World();
    world.connected(helloRow);
    world.update({ ...nothing, topics: [topicRow("a"), topicRow("b")] }, 0, true);
    world.connected(helloRow);
    world.update({ ...nothing, topics: [topicRow("a")], incomplete: true }, 500, true);
    expect([...world.topics.keys()]).toEqual(["a", "b"]);
    world.update(nothing, 520, false);
    expect([...world.topics.keys()]).toEqual(["a"]);
  });

  test("forgets a fault when it is over, or its topic is gone", () => {
    const world = new World();
    const fault = { health: "leaderless" } as const;
    const partitions = [partitionRow("a", 0, fault), partitionRow("b", 1, fault)];
    world.update({ ...nothing, partitions }, 0, true);
    expect(world.faults.size).toBe(2);
    world.update({ ...nothing, partitions: [partitionRow("a", 0)] }, 500, false);
    world.update({ ...nothing, removedTopics: ["b"] }, 1000, false);
    expect(world.faults.size).toBe(0);
  });

  test("has a bound for what has happened", () => {
    const world = new World();
    const event = { atMs: 0, severity: "info", kind: "k", subject: "", message: "" } as const;
    for (let round = 0; round < 20; round++) {
      const events = Array.from({ length: 100 }, (_, at) => ({
        ...event,
        brokerId: 1,
        sequence: at,
      }));
      world.update({ ...nothing, events }, round, false);
    }
    expect(world.events.length).toBeLessThanOrEqual(500);
    expect(world.history.recordsIn.values.length).toBeLessThanOrEqual(60);
  });
});
