import { expect, test } from "bun:test";
import { DiskError } from "../platform/disk.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import type { LogStore } from "./log-store.ts";
import type { PartitionLog } from "./partition-log.ts";
import {
  appendPairs,
  crashAtEachChange,
  openStore,
  readRecords,
  SMALL_LOG,
} from "./store.testing.ts";

const VALUE = "v".repeat(300);

async function appendMany(store: LogStore, log: PartitionLog, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await appendPairs(store, log, [[`${log.endOffset}`, VALUE]]);
}

async function keysOf(store: LogStore, log: PartitionLog): Promise<string[]> {
  const records = await readRecords(store, log);
  return records.map(({ key }) => new TextDecoder().decode(key ?? undefined));
}

function keysBetween(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `${from + i}`);
}

test("what is cut off takes its files with it", async () => {
  const { store, disk } = await openStore();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await appendMany(store, log, 12);
  await store.checkpoint();
  const before = log.segments.length;
  await store.cutBefore(log, 7);
  expect(await keysOf(store, log)).toEqual(keysBetween(7, 12));
  expect(log.segments.length).toBeLessThan(before);
  const segments = disk.list(log.directory).filter((name) => name.endsWith(".log"));
  expect(segments.length).toBe(log.segments.length);
  await store.cutBefore(log, 12);
  expect(await readRecords(store, log)).toEqual([]);
  await appendMany(store, log, 1);
  expect(await keysOf(store, log)).toEqual(["12"]);
});

test("a cut that could not be made durable isn't promised when it is asked for again", async () => {
  const disk = memoryDisk();
  const open = disk.open.bind(disk);
  let fails = false;
  disk.open = (path, mode) => {
    const file = open(path, mode);
    const sync = file.sync.bind(file);
    const failed = () => Promise.reject(new DiskError("failed", "sync", path, new Error("EIO")));
    return Object.assign(file, { sync: () => (fails ? failed() : sync()) });
  };
  const { store } = await openStore(disk);
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await appendMany(store, log, 12);
  fails = true;
  await expect(store.cutBefore(log, 7)).rejects.toThrow("a sync failed");
  await expect(store.cutBefore(log, 7)).rejects.toThrow("a sync failed");
});

const LARGE = "v".repeat(2000);
const UNSYNCED_LOG = { ...SMALL_LOG, segmentBytes: 64 * 1024, durability: "memory" } as const;

/** Starts on what a power loss has left: a log that ends before the start that it was given. */
async function openBehindItsEnd() {
  const { store, disk } = await openStore();
  const log = store.openLog("orders-0", "a", UNSYNCED_LOG);
  await appendPairs(store, log, [["0", LARGE]]);
  await disk.open(log.segments[0]?.logPath ?? "", "create").sync();
  await disk.syncDirectory(log.directory);
  await disk.syncDirectory(log.directory.slice(0, log.directory.lastIndexOf("/")));
  await appendPairs(store, log, [["1", LARGE]]);
  await appendPairs(store, log, [["2", LARGE]]);
  await store.cutBefore(log, 2);
  const next = await openStore(disk.afterCrash("power-loss"));
  return { ...next, log: next.store.openLog("orders-0", "a", UNSYNCED_LOG) };
}

test("of a log that a power loss has left before its start, nothing comes between", async () => {
  const { store, disk, log } = await openBehindItsEnd();
  expect([log.startOffset, log.endOffset]).toEqual([2, 2]);
  await appendPairs(store, log, [["2", VALUE]]);
  const third = await openStore(disk.afterCrash("kill"));
  const last = third.store.openLog("orders-0", "a", UNSYNCED_LOG);
  expect(await keysOf(third.store, last)).toEqual(["2"]);
});

test("the next log doesn't get a file that a restart has removed", async () => {
  const { store, disk, log } = await openBehindItsEnd();
  expect(disk.list(log.directory)).toEqual([]);
  await store.remove([log]);
  const next = store.openLog("orders-0", "b", { ...UNSYNCED_LOG, durability: "fsync" });
  await appendPairs(store, next, [["0", LARGE]]);
  const third = await openStore(disk.afterCrash("power-loss"));
  expect(await keysOf(third.store, third.store.openLog("orders-0", "b", SMALL_LOG))).toEqual(["0"]);
});

test("a crash never takes a cut back, and never takes more than the cut", async () => {
  const begin = { asked: 0, start: 0, end: 0 };
  await crashAtEachChange(
    begin,
    async ({ store }, state) => {
      const log = store.openLog("orders-0", "a", SMALL_LOG);
      const append = async (count: number) => {
        await appendMany(store, log, count);
        state.end = log.durableOffset;
      };
      const cut = async (offset: number) => {
        state.asked = offset;
        await store.cutBefore(log, offset);
        state.start = offset;
      };
      await append(8);
      await store.checkpoint();
      await Promise.all([cut(2), store.checkpoint()]);
      await append(3);
      await Promise.all([store.checkpoint(), cut(9)]);
      await cut(11);
      await append(2);
    },
    async ({ store }, { asked, start, end }, where) => {
      const log = store.openLog("orders-0", "a", SMALL_LOG);
      expect(log.endOffset, where).toBeGreaterThanOrEqual(end);
      expect([start, asked], where).toContain(log.startOffset);
      expect(await keysOf(store, log), where).toEqual(keysBetween(log.startOffset, log.endOffset));
    },
  );
});

test("a log that was removed stays away, another of its name begins anew", async () => {
  const begin = { incarnation: "a", removing: false, end: 0 };
  await crashAtEachChange(
    begin,
    async ({ store }, state) => {
      const first = store.openLog("orders-0", "a", SMALL_LOG);
      await appendMany(store, first, 6);
      state.end = first.durableOffset;
      await store.checkpoint();
      state.removing = true;
      await Promise.all([store.remove([first]), store.checkpoint()]);
      Object.assign(state, { incarnation: "b", removing: false, end: 0 });
      const second = store.openLog("orders-0", "b", SMALL_LOG);
      await appendMany(store, second, 2);
      state.end = second.durableOffset;
      await store.checkpoint();
    },
    async ({ store, disk }, { incarnation, removing, end }, where) => {
      const folders = disk.list("/data/logs").filter((name) => name.endsWith(".removed"));
      expect(folders, where).toEqual([]);
      const found = store.logs.get("orders-0");
      if (!found) {
        expect(end === 0 || removing, where).toBe(true);
        return;
      }
      expect(found.incarnation, where).toBe(incarnation);
      expect(found.endOffset, where).toBeGreaterThanOrEqual(end);
      expect(await keysOf(store, found), where).toEqual(keysBetween(0, found.endOffset));
    },
  );
});
