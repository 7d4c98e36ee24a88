import { beforeAll, describe, expect, test } from "bun:test";
import { DiskError } from "../platform/disk.ts";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import { baseOffset, batchSizeBytes, lastOffset } from "../record/batch.ts";
import { BatchBuilder } from "../record/builder.ts";
import { seeded } from "../record/samples.testing.ts";
import type { LogStore } from "./log-store.ts";
import type { PartitionLog } from "./partition-log.ts";
import type { DamagedRange } from "./segments/damaged-range.ts";
import { openStore, SMALL_LOG } from "./store.testing.ts";

const config = { ...SMALL_LOG, segmentBytes: 32 * 1024 };
const folder = "/data/logs/t-0";
const disk = memoryDisk();
/** All batches as they were written, and where each of them stands. */
const written: Uint8Array[] = [];
const places: { file: string; from: number; to: number; offset: number }[] = [];

beforeAll(async () => {
  const random = seeded(7);
  const { store } = await openStore(disk);
  const log = store.openLog("t-0", "one", config);
  for (let i = 0; i < 200; i++) {
    const sizeBytes = random() < 0.1 ? random() * 50_000 : random() * 2000;
    const batch = batchOf(1 + (i % 5), sizeBytes, i);
    await store.append(log, batch, 0, batch.length, 0);
    written.push(batch.slice());
  }
  for (const { baseOffset: base, endOffset, logPath } of log.segments) {
    let from = 0;
    for (const batch of written) {
      const offset = baseOffset(batch, 0);
      if (offset < base || offset >= endOffset) continue;
      places.push({ file: logPath, from, to: from + batch.length, offset });
      from += batch.length;
    }
  }
  await store.close();
});

function batchOf(recordCount: number, sizeBytes: number, fill: number): Uint8Array {
  const builder = new BatchBuilder();
  const value = new Uint8Array(Math.ceil(sizeBytes / recordCount)).fill(fill);
  for (let i = 0; i < recordCount; i++) {
    builder.append({ timestampMs: 1_700_000_000_000 + fill, key: null, value, headers: [] });
  }
  return builder.build("none");
}

/** What can be read of a copy of the disk that `spoil` has been at, and what was told. */
async function readSpoilt(spoil: (disk: MemoryDisk) => void, maxBytes = 20_000) {
  const copy = disk.afterCrash("kill");
  spoil(copy);
  const told: DamagedRange[] = [];
  const damaged = (_: string, range: DamagedRange) => void told.push(range);
  const events = { damaged, rebuilt() {}, notRemoved() {}, diskLow() {} };
  const { store } = await openStore(copy, manualClock(), {}, events);
  const batches = await readAll(store, store.openLog("t-0", "one", config), maxBytes);
  await store.close();
  return { batches, told, copy };
}

/** All batches that can be read, in order, passing over what is damaged. */
async function readAll(store: LogStore, log: PartitionLog, maxBytes: number) {
  const batches: Uint8Array[] = [];
  for (let offset = 0; offset < log.durableOffset; ) {
    try {
      const chunks = await store.read(log, offset, log.durableOffset, maxBytes);
      if (chunks.length === 0) break;
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
          batches.push(chunk.slice(at, at + batchSizeBytes(chunk, at)));
          offset = lastOffset(chunk, at) + 1;
        }
      }
    } catch (error) {
      const range = log.damage.at(offset);
      if (!range) throw error;
      offset = range.toOffset;
    }
  }
  return batches;
}

/** What was read are the written batches, all but those at `lost` offsets. */
function expectAllBut(batches: readonly Uint8Array[], lost: ReadonlySet<number>): void {
  const kept = written.filter((batch) => !lost.has(baseOffset(batch, 0)));
  const offsetsOf = (some: readonly Uint8Array[]) => some.map((batch) => baseOffset(batch, 0));
  expect(offsetsOf(batches)).toEqual(offsetsOf(kept));
  const nothing = new Uint8Array(0);
  expect(batches.filter((batch, i) => !Buffer.from(batch).equals(kept[i] ?? nothing))).toEqual([]);
}

/** The offsets of the batches that have bytes in `[from, to)` of a file. */
function offsetsIn(file: string, from: number, to: number): Set<number> {
  const hit = places.filter((place) => place.file === file && place.from < to && from < place.to);
  return new Set(hit.map(({ offset }) => offset));
}

const segmentFiles = () => [...new Set(places.map(({ file }) => file))];
const bytesOf = (some: MemoryDisk, file: string) => some.files().get(file) ?? new Uint8Array(0);

function oneOf<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("there is none");
  return item;
}

function flip(bytes: Uint8Array, at: number, bit = 4): void {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
}

function cut(some: MemoryDisk, file: string, sizeBytes: number): void {
  some.open(file, "create").truncate(sizeBytes);
}

describe("a damaged segment", () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed))("flipped bit %d", async (seed) => {
    const random = seeded(seed);
    // Every other one hits a batch's header.
    const place = oneOf(random, places);
    const sizeBytes = seed % 2 === 0 ? 61 : place.to - place.from;
    const at = place.from + Math.floor(random() * sizeBytes);
    const { batches, told } = await readSpoilt(
      (copy) => flip(bytesOf(copy, place.file), at, Math.floor(random() * 8)),
      seed % 3 === 0 ? 1 : 20_000,
    );
    expectAllBut(batches, new Set([place.offset]));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ fromOffset: place.offset, path: place.file });
  });

  test.each(Array.from({ length: 30 }, (_, seed) => seed))("zeroed page %d", async (seed) => {
    const random = seeded(seed);
    const file = oneOf(random, segmentFiles());
    const page = 4096 * Math.floor((random() * bytesOf(disk, file).length) / 4096);
    const { batches, told } = await readSpoilt((copy) =>
      bytesOf(copy, file).fill(0, page, page + 4096),
    );
    expectAllBut(batches, offsetsIn(file, page, page + 4096));
    expect(told).toHaveLength(1);
  });

  test.each(Array.from({ length: 30 }, (_, seed) => seed))("cut-off tail %d", async (seed) => {
    const random = seeded(seed);
    const file = oneOf(random, segmentFiles());
    const left = Math.floor(random() * bytesOf(disk, file).length);
    const { batches, told } = await readSpoilt((copy) => cut(copy, file, left));
    expectAllBut(batches, offsetsIn(file, left, Number.POSITIVE_INFINITY));
    expect(told).toHaveLength(1);
  });

  test("in several places, close to each other, and without its index", async () => {
    const inFiles = segmentFiles().map((file) => places.filter((place) => place.file === file));
    const inFile = inFiles.reduce((most, each) => (each.length > most.length ? each : most));
    const file = inFile[0]?.file ?? "";
    const hit = [3, 5, 6, 10].map((i) => inFile[i]).filter((place) => place !== undefined);
    const { batches, told } = await readSpoilt((copy) => {
      for (const { from } of hit) bytesOf(copy, file).fill(0xff, from + 5, from + 30);
      cut(copy, file.replace(".log", ".index"), 0);
    });
    expectAllBut(batches, new Set(hit.map(({ offset }) => offset)));
    expect(told).toHaveLength(3);
  });

  test("whose file is gone", async () => {
    const file = segmentFiles()[1] ?? "";
    const { batches } = await readSpoilt((copy) => copy.remove(file));
    expectAllBut(batches, offsetsIn(file, 0, Number.POSITIVE_INFINITY));
  });

  test("doesn't give away a batch that is stored in a record", async () => {
    const copy = memoryDisk();
    const first = await openStore(copy);
    const log = first.store.openLog("t-0", "one", SMALL_LOG);
    const inner = batchOf(1, 100, 1);
    inner[7] = 1; // its offset is one of the outer one's
    const outer = new BatchBuilder();
    const record = { timestampMs: 1, key: null, value: inner, headers: [] };
    outer.append(record);
    outer.append(record);
    for (const batch of [outer.build("none"), batchOf(1, 300, 3)]) {
      await first.store.append(log, batch, 0, batch.length, 0);
    }
    await first.store.close();
    flip(bytesOf(copy, `${folder}/00000000000000000000.log`), 64);
    const { store } = await openStore(copy);
    const again = store.openLog("t-0", "one", SMALL_LOG);
    expect(await readAll(store, again, 1)).toHaveLength(1);
    expect(again.damage.ranges).toMatchObject([{ fromOffset: 0, toOffset: 2 }]);
    await store.close();
  });

  test("that the disk fails to read", async () => {
    const file = segmentFiles()[0] ?? "";
    const copy = disk.afterCrash("kill");
    const bad = { from: 8192, to: 12_288 };
    const { store } = await openStore(badSector(copy, file, bad.from, bad.to));
    const batches = await readAll(store, store.openLog("t-0", "one", config), 20_000);
    expectAllBut(batches, offsetsIn(file, bad.from, bad.to));
    await store.close();
  });
});

/** The disk, except that `[from, to)` of a file can't be read. */
function badSector(copy: MemoryDisk, path: string, from: number, to: number): MemoryDisk {
  const open: MemoryDisk["open"] = (name, mode) => {
    const file = copy.open(name, mode);
    if (name !== path) return file;
    const read = file.readAsync.bind(file);
    const readAsync: typeof read = async (target, start, end, position) => {
      if (position < to && from < position + end - start) {
        throw new DiskError("failed", "read", name, new Error("EIO"));
      }
      return read(target, start, end, position);
    };
    return Object.assign(file, { readAsync });
  };
  return new Proxy(copy, {
    get(target, name) {
      if (name === "open") return open;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("a damaged index", () => {
  const spoils: readonly [string, (copy: MemoryDisk, file: string, bytes: Uint8Array) => void][] = [
    ["with a flipped bit", (_, __, bytes) => flip(bytes, bytes.length >> 1)],
    ["full of zeros", (_, __, bytes) => bytes.fill(0)],
    ["cut off", (copy, file, bytes) => cut(copy, file, bytes.length - 3)],
    ["that is gone", (copy, file) => copy.remove(file)],
  ];
  const kinds = [".index", ".timeindex"];
  const cases = spoils.flatMap(([what, spoil]) =>
    kinds.map((kind) => [kind, what, spoil] as const),
  );

  test.each(cases)("%s %s is made anew", async (kind, _, spoil) => {
    const { batches, told, copy } = await readSpoilt((spoilt) => {
      for (const [file, bytes] of spoilt.files()) {
        if (file.endsWith(kind)) spoil(spoilt, file, bytes);
      }
    });
    expectAllBut(batches, new Set());
    expect(told).toEqual([]);
    const indexes = [...disk.files()].filter(([file]) => file.startsWith(folder));
    for (const [file, bytes] of indexes) expect(bytesOf(copy, file)).toEqual(bytes);
  });
});
