import { expect, test } from "bun:test";
import { DiskError } from "../platform/disk.ts";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import type { LogStore } from "./log-store.ts";
import type { PartitionLog } from "./partition-log.ts";
import { appendPairs, openStore, readRecords, SMALL_LOG } from "./store.testing.ts";

const VALUE = "v".repeat(300);

/** A disk that removes nothing below `below` while it is `stuck`. */
function stickyDisk(disk: MemoryDisk = memoryDisk(), below = "/") {
  const state = { stuck: false };
  const remove = disk.remove.bind(disk);
  disk.remove = (path) => {
    if (state.stuck && path.startsWith(below) && disk.exists(path)) throw refusal("remove", path);
    remove(path);
  };
  return { disk, state };
}

function refusal(operation: string, path: string): DiskError {
  return new DiskError("failed", operation, path, new Error("EIO"));
}

/** A storage that notes what it tells of files that it can't remove. */
async function openTold(disk: MemoryDisk) {
  const told: string[] = [];
  const notRemoved = (_: string, why: string): void => void told.push(why);
  const events = { damaged() {}, rebuilt() {}, notRemoved, diskLow() {} };
  const { store } = await openStore(disk, manualClock(), {}, events);
  return { store, told };
}

async function appendMany(store: LogStore, log: PartitionLog, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await appendPairs(store, log, [[`${log.endOffset}`, VALUE]]);
}

/** The files in a log's folder that aren't its own. */
function strangers(disk: MemoryDisk, { directory, segments }: PartitionLog): string[] {
  const own = segments.flatMap(({ paths }) => paths);
  return disk.list(directory).filter((name) => !own.includes(`${directory}/${name}`));
}

test("a file that can't be removed is told once, and goes when it can", async () => {
  const { disk, state } = stickyDisk();
  const { store, told } = await openTold(disk);
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await appendMany(store, log, 12);
  await store.checkpoint();
  state.stuck = true;
  await store.cutBefore(log, 7);
  expect(log.startOffset).toBe(7);
  expect(strangers(disk, log).length).toBeGreaterThan(0);
  expect(told[0]).toBe(`remove ${log.directory}/${"0".repeat(20)}.log: EIO`);
  const toldBefore = told.length;
  await appendMany(store, log, 12);
  await store.checkpoint();
  expect(store.refusal).toBeNull();
  expect(told.length).toBe(toldBefore);
  state.stuck = false;
  await appendMany(store, log, 4);
  await store.checkpoint();
  expect(strangers(disk, log)).toEqual([]);
  expect((await readRecords(store, log)).length).toBe(log.endOffset - 7);
});

test("a log whose files can't be removed is gone, and the next of its name has none", async () => {
  const { disk, state } = stickyDisk();
  const { store, told } = await openTold(disk);
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await appendMany(store, log, 6);
  await store.checkpoint();
  const rename = disk.rename.bind(disk);
  disk.rename = (from) => {
    throw refusal("rename", from);
  };
  await store.remove([log]);
  disk.rename = rename;
  expect(told).toEqual([`rename ${log.directory}: EIO`]);
  const next = store.openLog("orders-0", "b", SMALL_LOG);
  await appendMany(store, next, 2);
  await store.checkpoint();
  expect(strangers(disk, next)).toEqual([]);
  state.stuck = true;
  await store.remove([next]);
  expect(told.length).toBe(2);
  expect(store.refusal).toBeNull();
  state.stuck = false;
  const again = await openTold(disk.afterCrash("kill"));
  expect([...again.store.logs.keys()]).toEqual([]);
});

test("a restart goes on where files that it would remove are stuck", async () => {
  const first = await openStore();
  const log = first.store.openLog("orders-0", "a", SMALL_LOG);
  await appendMany(first.store, log, 12);
  await first.store.checkpoint();
  const before = first.disk.afterCrash("kill");
  await first.store.cutBefore(log, 7);
  // The cut is in the journal, and its files are there, as a crash leaves them.
  for (const [path, bytes] of before.files()) {
    if (!first.disk.exists(path)) first.disk.open(path, "create").write(bytes, 0, bytes.length, 0);
  }
  const { disk, state } = stickyDisk(first.disk.afterCrash("kill"), "/data/logs");
  disk.makeDirectory("/data/logs/gone-0");
  disk.open("/data/logs/gone-0/1.log", "create");
  state.stuck = true;
  const { store, told } = await openTold(disk);
  const again = store.openLog("orders-0", "a", SMALL_LOG);
  expect([again.startOffset, again.endOffset]).toEqual([7, 12]);
  expect(told.length).toBeGreaterThan(1);
  state.stuck = false;
  await appendMany(store, again, 4);
  await store.checkpoint();
  expect(strangers(disk, again)).toEqual([]);
});

test("a journal file that can't be removed or renamed holds up nothing", async () => {
  const { disk, state } = stickyDisk();
  const { store } = await openTold(disk);
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  state.stuck = true;
  const rename = disk.rename.bind(disk);
  disk.rename = (from, to) => {
    if (from.endsWith(".journal")) throw refusal("rename", from);
    rename(from, to);
  };
  const journals = () => disk.list("/data/journal").filter((name) => name.endsWith(".journal"));
  for (let i = 0; i < 3; i++) {
    await appendMany(store, log, 4);
    await store.checkpoint();
  }
  expect(journals().length).toBeGreaterThan(3);
  expect(store.journalSizeBytes).toBe(0);
  state.stuck = false;
  disk.rename = rename;
  await store.checkpoint();
  expect(journals().length).toBe(1);
  await store.close();
});

test("a full disk is called full, though what was begun on it can't be removed", async () => {
  const { disk, state } = stickyDisk();
  const { store } = await openTold(disk);
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await appendMany(store, log, 2);
  const open = disk.open.bind(disk);
  disk.open = (path, mode) => {
    const file = open(path, mode);
    const write = (): never => {
      throw new DiskError("full", "write", path, new Error("ENOSPC"));
    };
    return path.endsWith(".new") ? Object.assign(file, { write }) : file;
  };
  state.stuck = true;
  await expect(store.checkpoint()).rejects.toMatchObject({ code: "full" });
  disk.open = open;
  await store.checkpoint();
});
