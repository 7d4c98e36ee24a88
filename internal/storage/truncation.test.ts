import { expect, test } from "bun:test";
import { DiskError } from "../platform/disk.ts";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { batchSizeBytes, stampBatch } from "../record/batch.ts";
import { StorageError } from "./errors.ts";
import type { LogStore } from "./log-store.ts";
import type { PartitionLog } from "./partition-log.ts";
import {
  batchOfPairs,
  crashAtEachChange,
  openStore,
  type Pair,
  readRecords,
  SMALL_LIMITS,
  SMALL_LOG,
} from "./store.testing.ts";

const VALUE = "v".repeat(300);

/** A batch of `pairs` as a leader gave it out; resolves when the copy of it is durable. */
function copy(
  store: LogStore,
  log: PartitionLog,
  at: { readonly offset: number; readonly epoch: number },
  pairs: readonly Pair[],
): Promise<void> {
  const batch = batchOfPairs(pairs);
  stampBatch(batch, 0, at.offset, at.epoch);
  return new Promise((resolve, reject) => {
    store.submitCopy(log, batch, 0, batch.length, (outcome) =>
      outcome instanceof Error ? reject(outcome) : resolve(),
    );
  });
}

/** Copies `count` batches of one record each, whose keys tell epoch and offset. */
async function copyMany(store: LogStore, log: PartitionLog, epoch: number, count: number) {
  for (let i = 0; i < count; i++) {
    const offset = log.endOffset;
    await copy(store, log, { offset, epoch }, [[`${epoch}:${offset}`, VALUE]]);
  }
}

async function keysOf(store: LogStore, log: PartitionLog): Promise<string[]> {
  const records = await readRecords(store, log);
  return records.map(({ key }) => new TextDecoder().decode(key ?? undefined));
}

function keys(epoch: number, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `${epoch}:${from + i}`);
}

test("a copied batch keeps its offset and epoch, and never goes back", async () => {
  const { store, disk } = await openStore();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await copy(store, log, { offset: 5, epoch: 1 }, [["a", "1"]]);
  await copy(store, log, { offset: 9, epoch: 3 }, [
    ["b", "1"],
    ["c", "1"],
  ]);
  expect(log.durableOffset).toBe(11);
  const back = copy(store, log, { offset: 10, epoch: 3 }, [["d", "1"]]);
  expect(await back.catch((error: unknown) => error)).toBeInstanceOf(StorageError);
  await copy(store, log, { offset: 11, epoch: 3 }, [["e", VALUE.repeat(5)]]);
  const records = [...(await readRecords(store, log))];
  expect(records.map(({ offset }) => offset)).toEqual([5, 9, 10, 11]);
  const again = await openStore(disk.afterCrash("power-loss"));
  const same = again.store.openLog("orders-0", "a", SMALL_LOG);
  expect((await readRecords(again.store, same)).map(({ offset }) => offset)).toEqual([
    5, 9, 10, 11,
  ]);
  expect(same.epochs.starts).toEqual([
    { epoch: 1, startOffset: 5 },
    { epoch: 3, startOffset: 9 },
  ]);
});

test("a cut takes whole batches, files, epochs and producers, and keeps what it took", async () => {
  const { store, disk } = await openStore();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await copyMany(store, log, 0, 8);
  await copy(store, log, { offset: 8, epoch: 1 }, [
    ["1:8", VALUE],
    ["1:9", VALUE],
  ]);
  await copyMany(store, log, 2, 8);
  log.highWatermark = 12;
  const [cut] = await store.truncate([{ log, offset: 9 }]);
  expect(cut).toMatchObject({ endOffset: 8, oldEndOffset: 18 });
  expect([log.endOffset, log.durableOffset, log.highWatermark]).toEqual([8, 8, 8]);
  expect(log.epochs.starts).toEqual([{ epoch: 0, startOffset: 0 }]);
  expect(await keysOf(store, log)).toEqual(keys(0, 0, 8));
  const kept = disk.files().get(cut?.path ?? "") ?? new Uint8Array(0);
  let batches = 0;
  for (let at = 0; at < kept.length; at += batchSizeBytes(kept, at)) batches++;
  expect(batches).toBe(9);
  const segments = disk.list(log.directory).filter((name) => name.endsWith(".log"));
  expect(segments.length).toBe(log.segments.length);
  await copyMany(store, log, 3, 4);
  expect(await keysOf(store, log)).toEqual([...keys(0, 0, 8), ...keys(3, 8, 12)]);
});

test("a disk call that fails in a cut leaves logs that a restart finds as they were", async () => {
  let isThrough = false;
  for (let change = 1; !isThrough; change++) {
    const { store, disk } = await openStore();
    const logs = ["orders-0", "orders-1"].map((name) => store.openLog(name, "a", SMALL_LOG));
    for (const log of logs) await copyMany(store, log, 0, 8);
    isThrough = true;
    disk.beforeChange(disk.changes + change, () => {
      isThrough = false;
      throw new DiskError("full", "write", "/weir", new Error("no space"));
    });
    const failed = await store.truncate(logs.map((log) => ({ log, offset: 3 }))).then(
      (cuts) => cuts.length < logs.length,
      () => true,
    );
    if (isThrough) expect(failed).toBe(false);
    const ends = logs.map(({ endOffset }) => endOffset);
    // Where a cut can't be noted, no more is taken.
    const taken = await Promise.allSettled(logs.map((log) => copyMany(store, log, 1, 2)));
    const again = await openStore(disk.afterCrash("kill"));
    for (const [i, { name }] of logs.entries()) {
      const found = await keysOf(again.store, again.store.openLog(name, "a", SMALL_LOG));
      const end = ends[i] ?? 0;
      if (taken[i]?.status === "fulfilled") {
        expect(found).toEqual([...keys(0, 0, end), ...keys(1, end, end + 2)]);
      } else
        expect(found.map((key) => key.slice(2))).toEqual(found.map((_, offset) => `${offset}`));
    }
    await again.store.close();
  }
});

/** A storage with so many logs that a checkpoint takes its time; it holds appends soon. */
async function storeOfSlowCheckpoints() {
  const journal = { groupBytes: 64_000, checkpointAtBytes: 66_000, journalBytes: 80_000 };
  const limits = { ...SMALL_LIMITS, ...journal, checkpointLogsPerTurn: 1 };
  const disk = memoryDisk();
  const { store } = await openStore(disk, manualClock(), {}, undefined, false, limits);
  const copies = Array.from({ length: 100 }, (_, i) => {
    const other = store.openLog(`other-${i}`, "a", SMALL_LOG);
    return copy(store, other, { offset: 0, epoch: 0 }, [["k", "v"]]);
  });
  await Promise.all(copies);
  return { store, disk };
}

test("what waits for a checkpoint is written before a cut, and cut with the rest", async () => {
  const { store } = await storeOfSlowCheckpoints();
  const copies: Promise<void>[] = [];
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  let offset = 0;
  while (store.pressure.heldCount === 0) {
    for (let i = 0; i < 20; i++, offset++) {
      copies.push(copy(store, log, { offset, epoch: 0 }, [[`0:${offset}`, VALUE]]));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  copies.push(copy(store, log, { offset, epoch: 0 }, [[`0:${offset}`, VALUE]]));
  expect(log.endOffset).toBe(offset); // the last one is held
  await store.truncate([{ log, offset: 2 }]);
  await Promise.all(copies);
  expect([log.durableOffset, log.endOffset]).toEqual([2, 2]);
  await copyMany(store, log, 1, 2);
  expect(await keysOf(store, log)).toEqual([...keys(0, 0, 2), ...keys(1, 2, 4)]);
  await store.close();
});

test("a log of the name of one that was removed in a cut has files of its own", async () => {
  const { store, disk } = await storeOfSlowCheckpoints();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await copyMany(store, log, 0, 12);
  const cutting = store.truncate([{ log, offset: 2 }]);
  while (log.endOffset > 2) await new Promise((resolve) => setImmediate(resolve));
  await store.remove([log]);
  const next = store.openLog("orders-0", "b", SMALL_LOG);
  await copyMany(store, next, 1, 12);
  await cutting;
  await store.checkpoint();
  const again = await openStore(disk.afterCrash("power-loss"));
  const same = again.store.openLog("orders-0", "b", SMALL_LOG);
  expect(await keysOf(again.store, same)).toEqual(keys(1, 0, 12));
});

test("damage in what is cut off, or across the cut, goes with it", async () => {
  for (const [spoilt, endOffset] of [
    [5, 4], // behind the cut
    [4, 4], // the batch that the cut begins with
  ] as const) {
    const { store, disk } = await openStore();
    const log = store.openLog("orders-0", "a", { ...SMALL_LOG, segmentBytes: 1 << 20 });
    await copyMany(store, log, 0, 8);
    await store.checkpoint();
    const bytes = log.sizeBytes / 8;
    const file = disk.open(log.segments[0]?.logPath ?? "", "create");
    file.writeAll([Uint8Array.of(0)], Math.round((spoilt + 0.7) * bytes));
    file.close();
    const [cut] = await store.truncate([{ log, offset: 4 }]);
    expect(cut).toMatchObject({ endOffset, oldEndOffset: 8 });
    expect(disk.files().get(cut?.path ?? "")?.length).toBe(3 * bytes);
    await copyMany(store, log, 1, 4);
    expect(await keysOf(store, log)).toEqual([...keys(0, 0, 4), ...keys(1, 4, 8)]);
    expect(log.damage.ranges).toEqual([]);
    await store.close();
  }
});

test("an idempotent producer's batches are known as far as the log has them", async () => {
  const { store } = await openStore();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  for (let sequence = 0; sequence < 4; sequence++) {
    const producer = {
      producerId: 7,
      producerEpoch: 0,
      baseSequence: sequence,
      transactional: false,
    };
    const batch = batchOfPairs([["k", `${sequence}`]], { producer });
    await store.append(log, batch, 0, batch.length, 0);
  }
  await store.truncate([{ log, offset: 2 }]);
  expect(log.producers.get(7)?.batches.map(({ baseOffset }) => baseOffset)).toEqual([0, 1]);
  await store.truncate([{ log, offset: 0 }]);
  expect(log.producers.size).toBe(0);
  expect(log.endOffset).toBe(0);
});

test("a log that is far behind begins anew where its leader's begins", async () => {
  const { store, disk } = await openStore();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await copyMany(store, log, 0, 4);
  await store.cutBefore(log, 100);
  expect([log.startOffset, log.durableOffset, log.endOffset]).toEqual([100, 100, 100]);
  await copyMany(store, log, 2, 2);
  const again = await openStore(disk.afterCrash("power-loss"));
  const same = again.store.openLog("orders-0", "a", SMALL_LOG);
  expect(await keysOf(again.store, same)).toEqual(keys(2, 100, 102));
  expect(same.startOffset).toBe(100);
});

test("a high watermark and epochs come back with the checkpoint", async () => {
  const disk = memoryDisk();
  const { store } = await openStore(disk);
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await copyMany(store, log, 4, 3);
  log.highWatermark = 2;
  await store.close();
  const again = await openStore(disk);
  const same = again.store.openLog("orders-0", "a", SMALL_LOG);
  expect(same.highWatermark).toBe(2);
  expect(same.epochs.last).toBe(4);
});

test("a crash leaves a log as it was before a cut or as it is after it", async () => {
  const begin = { acked: [] as string[], before: [] as string[] };
  await crashAtEachChange(
    begin,
    async ({ store }, state) => {
      const log = store.openLog("orders-0", "a", SMALL_LOG);
      await copyMany(store, log, 0, 5);
      await copy(store, log, { offset: 5, epoch: 0 }, [["0:5", VALUE.repeat(5)]]);
      await copyMany(store, log, 1, 4);
      state.before = await keysOf(store, log);
      state.acked = keys(0, 0, 5);
      await store.truncate([{ log, offset: 5 }]);
      state.before = [];
      await copy(store, log, { offset: 5, epoch: 2 }, [["2:5", VALUE.repeat(6)]]);
      state.acked = [...state.acked, "2:5"];
      await copyMany(store, log, 2, 3);
      state.acked = [...state.acked, ...keys(2, 6, 9)];
    },
    async ({ store }, { acked, before }, where) => {
      const log = store.openLog("orders-0", "a", SMALL_LOG);
      const found = await keysOf(store, log);
      const isAsBefore = before.length > 0 && before.every((key, i) => key === found[i]);
      const isAsAcked = acked.every((key, i) => key === found[i]);
      expect({ where, holds: isAsBefore || isAsAcked }).toEqual({ where, holds: true });
      if (before.length === 0) {
        const epochs = found.slice(5).map((key) => key.slice(0, 1));
        expect({ where, old: epochs.includes("1") && epochs.includes("2") }).toEqual({
          where,
          old: false,
        });
      }
    },
  );
});
