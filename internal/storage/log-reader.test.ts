import { expect, test } from "bun:test";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { stampBatch } from "../record/batch.ts";
import type { LogStore } from "./log-store.ts";
import type { PartitionLog } from "./partition-log.ts";
import { batchOfPairs, openStore, readRecords, SMALL_LOG } from "./store.testing.ts";

/** A disk of which one read waits: the first behind `hold`, until what that returns is called. */
function holdingDisk() {
  const disk = memoryDisk();
  let gate: Promise<void> | null = null;
  const openFile = disk.open.bind(disk);
  disk.open = (path, mode) => {
    const file = openFile(path, mode);
    const read = file.readAsync.bind(file);
    file.readAsync = async (target, from, to, position) => {
      const waiting = gate;
      gate = null;
      await waiting;
      return read(target, from, to, position);
    };
    return file;
  };
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { disk, hold };
}

/** Copies a batch of one record, as a leader of this epoch gave it out. */
function copy(store: LogStore, log: PartitionLog, epoch: number): Promise<void> {
  const batch = batchOfPairs([[`${epoch}`, "v".repeat(300)]]);
  stampBatch(batch, 0, log.endOffset, epoch);
  return new Promise((resolve, reject) => {
    store.submitCopy(log, batch, 0, batch.length, (outcome) =>
      outcome instanceof Error ? reject(outcome) : resolve(),
    );
  });
}

test("what is written behind a cut isn't damage to a reader from before", async () => {
  const { disk, hold } = holdingDisk();
  const { store } = await openStore(disk);
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  await copy(store, log, 0);
  await copy(store, log, 0);
  await store.checkpoint();
  const letGo = hold();
  const reading = Promise.resolve(store.read(log, 0, log.durableOffset, 1000));
  const refused = reading.catch((error: unknown) => error);
  await store.truncate([{ log, offset: 0 }]);
  await copy(store, log, 7);
  await copy(store, log, 7);
  await store.checkpoint();
  letGo();
  expect(await refused).toMatchObject({ code: "cut" });
  expect(log.damage.ranges).toEqual([]);
  expect((await readRecords(store, log)).length).toBe(2);
  await store.close();
});
