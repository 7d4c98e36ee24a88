import { describe, expect, test } from "bun:test";
import { DiskError, type DiskFile } from "../platform/disk.ts";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import {
  DEFAULT_LIMITS,
  limitsFault,
  limitsFor,
  type StorageLimits,
  usualMinFreeBytes,
} from "./limits.ts";
import {
  appendPairs,
  batchOfPairs,
  openStore,
  readRecords,
  SMALL_LIMITS,
  SMALL_LOG,
} from "./store.testing.ts";

const MIB = 1024 * 1024;
const small = { ...SMALL_LOG, segmentBytes: 10 * MIB };

/**
 * A disk that has no block left once `full` is set, or `leftBytes` are used: files can be written
 * over, and none grows.
 */
function fillableDisk() {
  const disk = memoryDisk();
  const state = { full: false, leftBytes: Number.POSITIVE_INFINITY };
  const checked = (file: DiskFile, endBytes: number): void => {
    const growthBytes = endBytes - file.sizeBytes();
    if (growthBytes <= 0) return;
    state.leftBytes -= growthBytes;
    if (!state.full && state.leftBytes >= 0) return;
    throw new DiskError("full", "write", file.path, new Error("no space"));
  };
  const wrapped = (file: DiskFile): DiskFile => ({
    path: file.path,
    sizeBytes: () => file.sizeBytes(),
    write(bytes, from, to, position) {
      checked(file, position + to - from);
      file.write(bytes, from, to, position);
    },
    writeAll(chunks, position) {
      checked(file, position + chunks.reduce((sum, { length }) => sum + length, 0));
      file.writeAll(chunks, position);
    },
    read: (...args) => file.read(...args),
    readAsync: (...args) => file.readAsync(...args),
    sync: () => file.sync(),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    close: () => file.close(),
  });
  const fillable: MemoryDisk = {
    changes: 0,
    afterCrash: (crash) => disk.afterCrash(crash),
    beforeChange: (change, work) => disk.beforeChange(change, work),
    files: () => disk.files(),
    open: (path, mode) => wrapped(disk.open(path, mode)),
    list: (directory) => disk.list(directory),
    exists: (path) => disk.exists(path),
    makeDirectory: (directory) => disk.makeDirectory(directory),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    removeDirectory: (directory) => disk.removeDirectory(directory),
    syncDirectory: (directory) => disk.syncDirectory(directory),
    freeBytes: () => (state.full ? 0 : 2 ** 40),
    capacityBytes: () => 2 ** 40,
    lock: (path) => disk.lock(path),
  };
  return { disk, fillable, state };
}

describe("a disk without a block left", () => {
  test("takes what makes room, from space that was kept for it, also after a kill", async () => {
    const { disk, fillable, state } = fillableDisk();
    const clock = manualClock();
    const { store } = await openStore(fillable, clock);
    const log = store.openLog("t-0", "t", small);
    const kept = store.openLog("kept-0", "k", small);
    const metadata = store.openLog("metadata-0", "m", { ...small, usesReserve: true });
    await appendPairs(store, kept, [["k", "v"]]);
    state.full = true;
    // The file that the journal is in has some room yet.
    const refused = async () => {
      for (let i = 0; i < 100; i++) await appendPairs(store, log, [["k", "v".repeat(500)]]);
    };
    await expect(refused()).rejects.toMatchObject({ code: "full" });
    const batch = batchOfPairs([["topic", null]]);
    await store.append(metadata, batch, 0, batch.length, 0);
    await store.remove([log]);
    const { length } = await readRecords(store, metadata);
    expect(length).toBe(1);

    const again = await openStore(disk.afterCrash("power-loss"));
    expect([...again.store.logs.keys()].sort()).toEqual(["kept-0", "metadata-0"]);
    await again.store.close();
  });
});

test("a log made anew gets no file of which the one before had only a part", async () => {
  const { disk, fillable, state } = fillableDisk();
  const clock = manualClock();
  const { store } = await openStore(fillable, clock);
  const log = store.openLog("t-0", "a", SMALL_LOG);
  const large: [string, string][] = [["k", "v".repeat(2000)]];
  state.leftBytes = 3000;
  // The first one has its segment, and the disk is asked to make that durable; all the same the
  // log has neither of them.
  const appends = [appendPairs(store, log, large), appendPairs(store, log, large)];
  for (const { status } of await Promise.allSettled(appends)) expect(status).toBe("rejected");
  await store.remove([log]);
  state.leftBytes = Number.POSITIVE_INFINITY;
  clock.advance(1000);
  const next = store.openLog("t-0", "b", SMALL_LOG);
  await appendPairs(store, next, large);

  const again = await openStore(disk.afterCrash("power-loss"));
  const { length } = await readRecords(again.store, again.store.openLog("t-0", "b", SMALL_LOG));
  expect(length).toBe(1);
  await again.store.close();
});

test("a log made anew gets no file of a batch that the one before was refused", async () => {
  const { disk, fillable, state } = fillableDisk();
  const clock = manualClock();
  const { store } = await openStore(fillable, clock);
  const log = store.openLog("t-0", "a", small);
  const large: [string, string][] = [["k", "v".repeat(2000)]];
  state.full = true;
  await expect(appendPairs(store, log, large)).rejects.toMatchObject({ code: "full" });
  await store.remove([log]);
  state.full = false;
  clock.advance(1000);
  const next = store.openLog("t-0", "b", small);
  await appendPairs(store, next, large);

  const again = await openStore(disk.afterCrash("power-loss"));
  const { length } = await readRecords(again.store, again.store.openLog("t-0", "b", small));
  expect(length).toBe(1);
  await again.store.close();
});

describe("bounds go by the disk's size:", () => {
  test.each([32 * MIB, 64 * MIB, 500 * MIB, 1900 * MIB, 2 ** 41])("%d bytes", (capacityBytes) => {
    const limits = limitsFor(capacityBytes);
    const journalBytes = limits.journalBytes + (1 + limits.sparesKept) * limits.journalFileBytes;
    expect(journalBytes).toBeLessThan(capacityBytes * 0.45);
    expect(limits.checkpointAtBytes).toBeLessThanOrEqual(limits.journalBytes / 4);
    expect(limits.spaceCheckBytes).toBeLessThan(usualMinFreeBytes(capacityBytes));
    expect(limits.largestSegmentBytes).toBeLessThanOrEqual(capacityBytes / 32);
    expect(limits.tailBytes).toBeLessThanOrEqual(DEFAULT_LIMITS.tailBytes);
  });
});

describe("limits fit each other", () => {
  const sizes = Array.from({ length: 25 }, (_, power) => 2 ** (20 + power));

  test("on disks from 1 MiB to 16 TiB, and in between", () => {
    for (const size of sizes) {
      for (const capacityBytes of [size, 1.37 * size, 1.9 * size]) {
        expect([capacityBytes, limitsFault(limitsFor(capacityBytes))]).toEqual([
          capacityBytes,
          null,
        ]);
      }
    }
    expect(limitsFault(SMALL_LIMITS)).toBeNull();
  });

  test.each<[string, Partial<StorageLimits>]>([
    ["drainedPerTurn is 0, not 1 to Infinity", { drainedPerTurn: 0 }],
    ["zeroFillBytes is 0, not 1 to 33554432", { zeroFillBytes: 0 }],
    ["tailBytes is 1073741824, not 0 to 536870912", { tailBytes: 1024 * MIB }],
    ["checkpointAtBytes is 629145600, not 33554432 to 536870912", { checkpointAtBytes: 600 * MIB }],
    ["reserveBytes is 1024, not 4096 to 33554432", { reserveBytes: 1024 }],
    ["groupBytes is NaN, not 0 to 536870912", { groupBytes: Number.NaN }],
  ])("or it is said: %s", (fault, change) => {
    expect(limitsFault({ ...DEFAULT_LIMITS, ...change })).toBe(fault);
  });

  test("or nothing is opened", async () => {
    const limits = { ...SMALL_LIMITS, drainedPerTurn: 0 };
    const opening = openStore(memoryDisk(), manualClock(), {}, undefined, false, limits);
    await expect(opening).rejects.toThrow("don't fit each other: drainedPerTurn is 0");
  });
});
