import { describe, expect, test } from "bun:test";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { type MemoryDisk, memoryDisk } from "../../platform/testing/memory-disk.ts";
import type { LogStore } from "../log-store.ts";
import type { DamagedRange } from "../segments/damaged-range.ts";
import { appendPairs, openStore, SMALL_LOG } from "../store.testing.ts";
import { NO_PROGRESS, savedProgress, saveProgress } from "./progress-file.ts";

const names = ["a-0", "b-0", "c-0"];

/** A storage with some segments in each of its logs. */
async function stored() {
  const disk = memoryDisk();
  const { store } = await openStore(disk);
  for (const name of names) {
    const log = store.openLog(name, name, SMALL_LOG);
    for (let i = 0; i < 40; i++) await appendPairs(store, log, [["k", "v".repeat(60)]]);
  }
  await store.close();
  return disk;
}

/** Opens what is stored, and notes what damage it tells of. */
async function reopened(disk: MemoryDisk) {
  const told: string[] = [];
  const damaged = (name: string, range: DamagedRange) => {
    told.push(`${name} ${range.fromOffset}-${range.toOffset - 1} ${range.path}:${range.position}`);
  };
  const clock = manualClock();
  const events = { damaged, rebuilt() {}, notRemoved() {}, diskLow() {} };
  const opened = await openStore(disk, clock, {}, events);
  for (const name of names) opened.store.openLog(name, name, SMALL_LOG);
  return { ...opened, told };
}

function segmentsOf(disk: MemoryDisk, name: string): [string, Uint8Array][] {
  return [...disk.files()].filter(([path]) => path.includes(`/${name}/`) && path.endsWith(".log"));
}

/** Lets time go on until `work` is done. */
async function passTime(clock: ReturnType<typeof manualClock>, work: Promise<void>) {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  while (!done) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
}

describe("the scrub", () => {
  test("finds damage anywhere, and tells of it once", async () => {
    const disk = await stored();
    const spoilt: string[] = [];
    for (const [i, name] of names.entries()) {
      const [path, bytes] = segmentsOf(disk, name)[2 * i] ?? ["", new Uint8Array(0)];
      bytes[200] = (bytes[200] ?? 0) ^ 4;
      spoilt.push(`${path}:`);
    }
    const { store, told, clock } = await reopened(disk);
    await passTime(clock, store.scrubber.run());
    await passTime(clock, store.scrubber.run());
    expect(told.length).toBe(3);
    for (const [i, where] of spoilt.entries()) expect(told[i]).toContain(where);
    await store.close();
  });

  test("leaves files alone that nothing stands in, and holds none", async () => {
    const { store, disk, clock } = await openStore();
    const log = store.openLog("t-0", "t", SMALL_LOG);
    await appendPairs(store, log, [["k", "only in the journal"]]);
    const before = [...disk.files().keys()].filter((path) => path.includes("/logs/"));
    await passTime(clock, store.scrubber.run());
    expect([...disk.files().keys()].filter((path) => path.includes("/logs/"))).toEqual(before);
    await store.close();
  });

  test("goes on where it was after a restart", async () => {
    const disk = await stored();
    const [path] = segmentsOf(disk, "b-0")[1] ?? [""];
    const offset = Number(/(\d+)\.log/.exec(path)?.[1]);
    const next = { log: "b-0", offset };
    saveProgress(disk, "/data/scrub", { ...NO_PROGRESS, roundStartedAtMs: 7, next });
    for (const name of names) {
      for (const [, bytes] of segmentsOf(disk, name)) bytes[100] = (bytes[100] ?? 0) ^ 4;
    }
    const { store, told, clock } = await reopened(disk);
    await passTime(clock, store.scrubber.run());
    const perLog = names.map((name) => told.filter((each) => each.startsWith(name)).length);
    const { length } = segmentsOf(disk, "c-0");
    expect(perLog).toEqual([0, segmentsOf(disk, "b-0").length - 1, length]);
    const { state, roundStartedAtMs, lastRoundEndedAtMs } = store.scrubber.status;
    expect([state, roundStartedAtMs]).toEqual(["waiting", 7]);
    expect(lastRoundEndedAtMs).toBeGreaterThan(7);
    await store.close();
  });

  test("begins a minute after the start, and sets one timer", async () => {
    const disk = await stored();
    const { store, clock } = await reopened(disk);
    const before = clock.pendingTimers;
    store.scrubber.start();
    expect(clock.pendingTimers).toBe(before + 1);
    clock.advance(59_000);
    expect(store.scrubber.status.state).toBe("waiting");
    clock.advance(2000);
    expect(store.scrubber.status).toMatchObject({ state: "running", totalBytes: bytesOf(store) });
    await passTime(clock, store.scrubber.run());
    await store.close();
  });

  test("ends with the storage, in the middle of a round", async () => {
    const { store } = await reopened(await stored());
    const round = store.scrubber.run();
    await store.close();
    await round;
  });
});

function bytesOf({ logs }: LogStore): number {
  return [...logs.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

test("progress that can't be read is none", () => {
  const disk = memoryDisk();
  disk.makeDirectory("/data");
  expect(savedProgress(disk, "/data/scrub")).toEqual(NO_PROGRESS);
  const progress = { roundStartedAtMs: 5, lastRoundEndedAtMs: 3, next: { log: "a-0", offset: 9 } };
  saveProgress(disk, "/data/scrub", progress);
  expect(savedProgress(disk, "/data/scrub")).toEqual(progress);
  const bytes = disk.files().get("/data/scrub") ?? new Uint8Array(0);
  for (let at = 0; at < bytes.length - 1; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(savedProgress(disk, "/data/scrub")).toEqual(NO_PROGRESS);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
});
