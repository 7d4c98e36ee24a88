import { expect, setDefaultTimeout, test } from "bun:test";
import type { Disk } from "../../platform/disk.ts";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { memoryDisk } from "../../platform/testing/memory-disk.ts";
import { lastOffset } from "../../record/batch.ts";
import { CODECS } from "../../record/layout.ts";
import type { LogRecord } from "../../record/records.ts";
import { seeded } from "../../record/samples.testing.ts";
import type { LogStore } from "../log-store.ts";
import type { LogConfig, PartitionLog } from "../partition-log.ts";
import {
  type BatchOptions,
  batchOfPairs,
  crashAtEachChange,
  openStore,
  type Pair,
  readRecords,
  SMALL_LOG,
} from "../store.testing.ts";

setDefaultTimeout(60_000);

const HOUR_MS = 60 * 60 * 1000;
const ALWAYS = { minDirtyRatio: 0, deleteRetentionMs: HOUR_MS, minLagMs: 0, maxLagMs: 1e15 };
const COMPACTED: LogConfig = { ...SMALL_LOG, compaction: ALWAYS };

/** A record as it was sent, and when. */
interface Sent {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
  readonly sentAtMs: number;
}

/** What an outsider knows of a log: all that was sent, at its offset, and how much was acked. */
interface Model {
  sent: Sent[];
  acked: number;
}

function newModel(): Model {
  return { sent: [], acked: 0 };
}

/** The last record of each key among those below `endOffset`. */
function latestOf({ sent }: Model, endOffset: number): Map<string, Sent> {
  return new Map(sent.slice(0, endOffset).map((record) => [record.key, record]));
}

async function append(
  store: LogStore,
  log: PartitionLog,
  model: Model,
  nowMs: number,
  pairs: readonly (readonly [key: string, value: string | null])[],
  options: BatchOptions = {},
): Promise<void> {
  const batch = batchOfPairs(pairs, { timestampMs: nowMs, ...options });
  const firstOffset = model.sent.length;
  for (const [i, [key, value]] of pairs.entries()) {
    model.sent.push({ offset: firstOffset + i, key, value, sentAtMs: nowMs });
  }
  const { baseOffset } = await store.append(log, batch, 0, batch.length, 0);
  expect(baseOffset).toBe(firstOffset);
  model.acked = model.sent.length;
}

/** Checks what a reader sees who began at `from`, up to `endOffset`, against all that was sent. */
function checkRead(
  records: readonly LogRecord[],
  model: Model,
  { from, endOffset, nowMs }: { from: number; endOffset: number; nowMs: number },
): void {
  const seen = new Map<string, LogRecord>();
  let before = from - 1;
  for (const record of records) {
    const { offset, key, value, timestampMs } = record;
    expect(offset).toBeGreaterThan(before);
    before = offset;
    const was = model.sent[offset];
    expect({ key: text(key), value: text(value), timestampMs }).toEqual({
      key: was?.key ?? null,
      value: was?.value ?? null,
      timestampMs: was?.sentAtMs ?? -1,
    });
    seen.set(text(key) ?? "", record);
  }
  for (const [key, { offset, value, sentAtMs }] of latestOf(model, endOffset)) {
    if (offset < from) continue;
    const mayBeGone = value === null && nowMs - sentAtMs >= HOUR_MS;
    if (mayBeGone && !seen.has(key)) continue;
    expect(seen.get(key)?.offset, `the last record of ${key}`).toBe(offset);
  }
}

/** Of each key, there is one record at most in the part that compaction has been over. */
function checkClean(records: readonly LogRecord[], firstDirtyOffset: number): void {
  const keys = records
    .filter(({ offset }) => offset < firstDirtyOffset)
    .map(({ key }) => text(key));
  expect(keys.length).toBe(new Set(keys).size);
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/** A log's folder has the files of its segments and no other. */
function checkFiles(disk: Disk, log: PartitionLog): void {
  const owned = log.segments.flatMap((segment) => {
    return [segment.logPath, segment.indexPath, segment.timeIndexPath];
  });
  const found = disk.list(log.directory).map((name) => `${log.directory}/${name}`);
  expect(found.filter((path) => !owned.includes(path))).toEqual([]);
}

/** Each producer's last batch is there, if only to tell its last sequence. */
async function checkProducers(store: LogStore, log: PartitionLog): Promise<void> {
  const { startOffset, endOffset } = log;
  const found = new Set<number>();
  for (let offset = startOffset; offset < endOffset; ) {
    const [batch] = await store.read(log, offset, endOffset, 1);
    if (!batch) break;
    offset = lastOffset(batch, 0) + 1;
    found.add(offset - 1);
  }
  for (const [, { batches }] of log.producers.entries()) {
    const last = batches.at(-1)?.lastOffset ?? -1;
    if (last >= startOffset) expect(found).toContain(last);
  }
}

/** Whoever reads up to where compaction has come gets something at every offset before. */
async function checkProgress(store: LogStore, log: PartitionLog): Promise<void> {
  const { startOffset, firstDirtyOffset } = log;
  for (let offset = startOffset; offset < firstDirtyOffset; offset++) {
    const chunks = await store.read(log, offset, firstDirtyOffset, 1);
    expect(chunks.length, `at offset ${offset} of ${firstDirtyOffset}`).toBe(1);
  }
}

test("the last record of each key stays, at its offset", async () => {
  const { store, disk, clock } = await openStore();
  const log = store.openLog("orders-0", "a", COMPACTED);
  const model = newModel();
  for (let i = 0; i < 60; i++) {
    await append(store, log, model, clock.nowMs(), [[`key ${i % 7}`, `${i} ${"x".repeat(90)}`]]);
  }
  const before = log.sizeBytes;
  await store.compactor.run();
  expect(log.sizeBytes).toBeLessThan(before / 2);
  const records = await readRecords(store, log);
  checkRead(records, model, { from: 0, endOffset: 60, nowMs: clock.nowMs() });
  checkClean(records, log.firstDirtyOffset);
  checkFiles(disk, log);
});

test("a record that deletes its key goes in its time, after what it deletes", async () => {
  const { store, clock } = await openStore();
  const log = store.openLog("orders-0", "a", COMPACTED);
  const model = newModel();
  const fill = (key: string) => append(store, log, model, clock.nowMs(), [[key, "x".repeat(2000)]]);
  const offsetsOf = async (key: string) =>
    (await readRecords(store, log)).flatMap((r) => (text(r.key) === key ? r.offset : []));
  await append(store, log, model, clock.nowMs(), [["gone", "value"]]);
  await append(store, log, model, clock.nowMs(), [["gone", null]]);
  await fill("a");
  await fill("b");
  expect(await offsetsOf("gone")).toEqual([0, 1]);
  await store.compactor.run();
  expect(await offsetsOf("gone")).toEqual([1]);
  // The time counts from the first pass on, not from when the record came.
  clock.advance(HOUR_MS - 1);
  await fill("a");
  await fill("b");
  await store.compactor.run();
  expect(await offsetsOf("gone")).toEqual([1]);
  clock.advance(1);
  await fill("a");
  await fill("b");
  await store.compactor.run();
  expect(await offsetsOf("gone")).toEqual([]);
  const records = await readRecords(store, log);
  checkRead(records, model, { from: 0, endOffset: log.endOffset, nowMs: clock.nowMs() });
});

test("what isn't committed takes nothing away: it may yet be cut", async () => {
  const { store, clock } = await openStore();
  const log = store.openLog("orders-0", "a", COMPACTED);
  const model = newModel();
  let committed = 2;
  log.commitRule = (durable) => Math.min(durable, committed);
  const fill = (key: string) => append(store, log, model, clock.nowMs(), [[key, "x".repeat(2000)]]);
  for (const key of ["a", "b", "a", "c", "d"]) await fill(key);
  await store.compactor.run();
  await store.truncate([{ log, offset: 2 }]);
  model.sent.length = 2;
  expect((await readRecords(store, log)).map(({ key }) => text(key))).toEqual(["a", "b"]);
  for (const key of ["a", "c", "d"]) await fill(key);
  committed = 5;
  log.applyRule();
  await store.compactor.run();
  const left = await readRecords(store, log);
  expect(left.map(({ key }) => text(key))).toEqual(["b", "a", "c", "d"]);
});

test("a cut or a removal ends what is under way, and nothing is left behind", async () => {
  for (let turns = 0; turns < 40; turns++) {
    const { store, disk, clock } = await openStore();
    const removes = turns % 2 === 1;
    const log = store.openLog("orders-0", "a", { ...COMPACTED, segmentBytes: 2000 });
    const model = newModel();
    for (let i = 0; i < 16; i++) {
      await append(store, log, model, clock.nowMs(), [["key", `${i} ${"x".repeat(900)}`]]);
    }
    log.config = { ...COMPACTED, segmentBytes: 10_000 };
    const run = store.compactor.run();
    for (let i = 0; i < turns; i++)
      await new Promise((resolve) => clock.after(0, () => resolve(0)));
    if (removes) await store.remove([log]);
    else await store.cutBefore(log, 9);
    await run;
    if (removes) {
      expect(disk.exists(log.directory), `after ${turns} turns`).toBe(false);
    } else {
      checkFiles(disk, log);
      const records = await readRecords(store, log);
      checkRead(records, model, { from: 9, endOffset: 16, nowMs: clock.nowMs() });
    }
    await store.close();
  }
});

/** One life of a compacted log: what comes next is chance's. */
async function live(seed: number): Promise<void> {
  const random = seeded(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const clock = manualClock();
  const disk = memoryDisk();
  const keyCount = 1 + below(40);
  const bounds = { keyMapBytes: random() < 0.5 ? 256 : 100_000, hashSeed: seed };
  const config: LogConfig = {
    durability: random() < 0.5 ? "fsync" : "memory",
    segmentBytes: 500 + below(2000),
    segmentMs: 1e15,
    compaction: { ...ALWAYS, minDirtyRatio: random() < 0.5 ? 0 : random() },
  };
  const model = newModel();
  const sequences = new Map([1, 2, 3].map((id) => [id, 0]));
  const lastBatches = new Map<number, Uint8Array>();
  let { store } = await openStore(disk, clock, bounds);
  let log = store.openLog("orders-0", "a", config);

  const appendSome = async () => {
    const pairs = Array.from({ length: 1 + below(6) }, (): [string, string | null] => [
      `key ${below(keyCount)}`,
      random() < 0.2 ? null : `${model.sent.length} ${"x".repeat(below(200))}`,
    ]);
    const codec = CODECS[below(CODECS.length)] ?? "none";
    const id = below(4);
    const baseSequence = sequences.get(id);
    if (baseSequence === undefined) {
      return append(store, log, model, clock.nowMs(), pairs, { codec });
    }
    const producer = { producerId: id, producerEpoch: 0, baseSequence, transactional: false };
    const options = { codec, producer, timestampMs: clock.nowMs() };
    sequences.set(id, baseSequence + pairs.length);
    lastBatches.set(id, batchOfPairs(pairs, options));
    return append(store, log, model, clock.nowMs(), pairs, options);
  };
  const readSome = async () => {
    const from = log.startOffset + below(log.durableOffset - log.startOffset + 1);
    const endOffset = log.durableOffset;
    const beganMs = clock.nowMs();
    const records = await readRecords(store, log, from);
    if (log.startOffset > from) return;
    const within = records.filter(({ offset }) => offset < endOffset);
    checkRead(within, model, { from, endOffset, nowMs: beganMs });
  };
  const restart = async () => {
    await store.close();
    ({ store } = await openStore(disk, clock, bounds));
    log = store.openLog("orders-0", "a", config);
  };
  const resend = async () => {
    for (const batch of lastBatches.values()) {
      const { duplicate } = await store.append(log, batch.slice(), 0, batch.length, 0);
      expect(duplicate).toBe(true);
    }
  };

  for (let step = 0; step < 60; step++) {
    const chance = random();
    if (chance < 0.5) await appendSome();
    else if (chance < 0.6) await Promise.all([store.compactor.run(), readSome(), appendSome()]);
    else if (chance < 0.7) await Promise.all([store.compactor.run(), readSome(), readSome()]);
    else if (chance < 0.75) clock.advance(below(HOUR_MS));
    else if (chance < 0.8) await restart();
    else if (chance < 0.85) await resend();
    else if (chance < 0.9) {
      const offset = Math.min(log.startOffset + below(20), log.durableOffset);
      await Promise.all([store.compactor.run(), store.cutBefore(log, offset)]);
    } else await readSome();
  }
  await store.compactor.run();
  const { startOffset, firstDirtyOffset, endOffset } = log;
  const records = await readRecords(store, log);
  checkRead(records, model, { from: startOffset, endOffset, nowMs: clock.nowMs() });
  checkClean(records, firstDirtyOffset);
  checkFiles(disk, log);
  await checkProgress(store, log);
  await checkProducers(store, log);
  await store.close();
}

test("whatever happens, readers see a compacted log that ends in the same state", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    try {
      await live(seed);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
});

test("a crash at any change of the disk leaves the old segments or the new ones", async () => {
  const nowMs = manualClock().nowMs();
  const producer = { producerId: 9, producerEpoch: 0, baseSequence: 0, transactional: false };
  const first: Pair[] = [["key 1", `first ${"x".repeat(400)}`]];
  await crashAtEachChange(
    newModel(),
    async ({ store }, model) => {
      const log = store.openLog("orders-0", "a", COMPACTED);
      const send = (key: string, value: string | null, options: BatchOptions = {}) =>
        append(store, log, model, nowMs, [[key, value]], options);
      await send("key 1", `first ${"x".repeat(400)}`, { producer });
      for (let i = 0; i < 5; i++) await send(`key ${i % 3}`, `${i} ${"x".repeat(400)}`);
      await store.compactor.run();
      await send("key 1", null);
      await send("key 2", `last ${"x".repeat(800)}`);
      await send("key 3", `last ${"x".repeat(800)}`);
      let running = true;
      const run = store.compactor.run().finally(() => {
        running = false;
      });
      while (running) {
        await send("key 4", "more");
        await store.checkpoint();
      }
      await run;
      await store.checkpoint();
      await send("key 3", `last ${"x".repeat(800)}`);
      await Promise.all([store.compactor.run(), store.cutBefore(log, 3)]);
    },
    async ({ store, disk }, model, where) => {
      const log = store.openLog("orders-0", "a", COMPACTED);
      const { startOffset, endOffset } = log;
      expect(endOffset, where).toBeGreaterThanOrEqual(model.acked);
      checkRead(await readRecords(store, log), model, { from: startOffset, endOffset, nowMs });
      if (endOffset === 0) return;
      const batch = batchOfPairs(first, { timestampMs: nowMs, producer });
      expect((await store.append(log, batch, 0, batch.length, 0)).duplicate, where).toBe(true);
      await store.compactor.run();
      checkRead(await readRecords(store, log), model, { from: startOffset, endOffset, nowMs });
      const unfinished = disk.list(log.directory).filter((name) => name.includes("compacted"));
      expect(unfinished, where).toEqual([]);
    },
  );
});
