import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bunPlatform } from "../../platform/bun/platform.ts";
import { type ManualClock, manualClock } from "../../platform/testing/manual-clock.ts";
import { BatchBuilder } from "../../record/builder.ts";
import type { LocalBroker } from "../local-broker.ts";
import { openBroker } from "../open-broker.ts";
import { setGroupOffsets } from "./group-changes.ts";
import { groupStatus, groupSummaries } from "./group-status.ts";

let folder = "";
let clock: ManualClock;
let broker: LocalBroker;
/** When each record of `orders-0` came. */
let cameAtMs: number[] = [];

async function open(): Promise<void> {
  broker = await openBroker(
    { ...bunPlatform(), clock },
    {
      dataDirectory: folder,
      version: "0.1.0",
      advertised: { host: "broker-1", port: 9092 },
      config: new Map([["durability", "memory"]]),
      log: { info() {}, warn() {}, error() {} },
    },
  );
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "weir-lag-"));
  clock = manualClock();
  cameAtMs = [];
  await open();
  await broker.createTopic({
    name: "orders",
    partitionCount: 2,
    replicationFactor: null,
    config: new Map(Object.entries({ "segment.bytes": "100000", "retention.ms": "-1" })),
    validateOnly: false,
  });
});

afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

async function write(count: number): Promise<void> {
  const builder = new BatchBuilder();
  for (let each = 0; each < count; each++) {
    // Producers' clocks are no concern of ours.
    builder.append({ key: null, value: new Uint8Array(10), timestampMs: 12345, headers: [] });
    cameAtMs.push(clock.nowMs());
  }
  const buffer = builder.build("none");
  const place = { topic: "orders", partition: 0, acks: 1 } as const;
  await broker.produce({ ...place, buffer, from: 0, to: buffer.length });
}

const commit = (offset: number) =>
  setGroupOffsets(broker, "g", [{ topic: "orders", partition: 0, offset }]);

async function told() {
  const status = await groupStatus(broker, "g");
  const [partition] = status.partitions;
  if (!partition) throw new Error("the group has read nothing");
  return partition;
}

/** What the lag of a group that has read up to `offset` really is. */
const trueLagMs = (offset: number) => clock.nowMs() - (cameAtMs[offset] ?? clock.nowMs());

describe("the lag as time", () => {
  test("is how long the first record that wasn't read has been there", async () => {
    for (const [pauseMs, count] of [
      [0, 5],
      [90_000, 1],
      [10, 100],
      [30_000, 3],
      [400_000, 1],
    ] as const) {
      clock.advance(pauseMs);
      await write(count);
    }
    clock.advance(20_000);
    for (const offset of [0, 3, 5, 6, 50, 105, 106, 108, 109]) {
      await commit(offset);
      const { lagMs } = await told();
      expect(Math.abs(lagMs - trueLagMs(offset))).toBeLessThanOrEqual(
        trueLagMs(offset) * 0.1 + 250,
      );
    }
  });

  test("is none where all was read, however long ago", async () => {
    await write(3);
    await commit(3);
    clock.advance(3_600_000);
    expect(await told()).toMatchObject({ lag: 0, lagMs: 0, drainMs: 0 });
    expect((await groupSummaries(broker))[0]).toMatchObject({ lag: 0, lagMs: 0, drainMs: 0 });
  });

  test("is that of the oldest record there is when retention has passed it", async () => {
    await write(10);
    clock.advance(60_000);
    await write(10);
    await commit(2);
    clock.advance(5000);
    await broker.deleteRecords("orders", 0, 10);
    expect(await told()).toMatchObject({ lag: 10, lagMs: 5000 });
  });

  test("is not known where nothing was committed", async () => {
    await write(1);
    const progress = { ...(await committedProgress()), committedOffset: -1, lag: -1 };
    expect(broker.lagTimes.of("g", progress)).toEqual({ lagMs: -1, drainMs: -1 });
  });

  test("of what was written before a restart is told by the segments", async () => {
    for (let each = 0; each < 100; each++) {
      await write(1000);
      clock.advance(10_000);
    }
    await commit(0);
    await broker.close();
    clock.advance(60_000);
    await open();
    await write(1);
    for (const offset of [0, 20_000, 50_000, 80_000]) {
      await commit(offset);
      const { lagMs } = await told();
      expect(Math.abs(lagMs - trueLagMs(offset)) / trueLagMs(offset)).toBeLessThan(0.1);
    }
  });

  async function committedProgress() {
    await commit(0);
    return told();
  }
});

describe("the time until all is read", () => {
  test("is as it comes to be, with irregular load and commits every few seconds", async () => {
    let seed = 7;
    const fraction = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    // Two minutes of load before anyone reads: 100 records a second, in bursts.
    let offset = 0;
    await commit(0);
    for (let second = 0; second < 120; second++) {
      await write(1 + Math.floor(fraction() * 200));
      clock.advance(1000);
    }
    const estimates: { atMs: number; drainMs: number }[] = [];
    let doneAtMs = 0;
    for (let second = 1; doneAtMs === 0 && second < 600; second++) {
      await write(1 + Math.floor(fraction() * 200));
      clock.advance(1000);
      offset = Math.min(offset + 300 + Math.floor(fraction() * 100), cameAtMs.length);
      if (offset === cameAtMs.length) doneAtMs = clock.nowMs();
      if (second % 5 === 0) await commit(offset);
      const { drainMs } = await told();
      if (second > 15 && drainMs > 0) estimates.push({ atMs: clock.nowMs(), drainMs });
    }
    const wrong = estimates.filter(({ atMs, drainMs }) => {
      const trueMs = doneAtMs - atMs;
      return trueMs > 5000 && Math.abs(drainMs - trueMs) > trueMs * 0.25;
    });
    expect(estimates.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  test("is not known of who reads slower than is written, or stands still", async () => {
    await write(1000);
    await commit(0);
    for (let second = 5; second <= 60; second += 5) {
      clock.advance(5000);
      await write(500);
      await commit(second * 10);
    }
    expect((await told()).drainMs).toBe(-1);
    expect((await groupSummaries(broker))[0]?.drainMs).toBe(-1);
  });

  test("begins anew when offsets are set back", async () => {
    for (let each = 0; each < 10; each++) await write(10_000);
    for (let second = 0; second <= 20; second += 5) {
      await commit(second * 1000);
      clock.advance(5000);
    }
    expect((await told()).drainMs).toBeGreaterThan(0);
    await commit(0);
    expect((await told()).drainMs).toBe(-1);
    clock.advance(5000);
    await commit(10_000);
    expect((await told()).drainMs).toBeCloseTo(45_000, -3);
  });
});
