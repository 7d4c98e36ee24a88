import { beforeAll, describe, expect, test } from "bun:test";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { type MemoryDisk, memoryDisk } from "../../platform/testing/memory-disk.ts";
import { putInt32 } from "../../record/big-endian.ts";
import { crc32c } from "../../record/crc32c.ts";
import { seeded } from "../../record/samples.testing.ts";
import { findCheckpoint } from "../checkpoint.ts";
import { DamageError, StorageError } from "../errors.ts";
import { dataLayout } from "../layout.ts";
import type { LogStore } from "../log-store.ts";
import { appendPairs, openStore, readRecords, SMALL_LIMITS, SMALL_LOG } from "../store.testing.ts";

const names = ["a-0", "b-0", "c-0"];
const config = { ...SMALL_LOG, segmentBytes: 1024 * 1024 };
const disk = memoryDisk();
/** What was acknowledged, by log. */
const counts = new Map<string, number>();

beforeAll(async () => {
  const clock = manualClock();
  const { store } = await openStore(disk, clock);
  const random = seeded(3);
  const append = async (name: string): Promise<void> => {
    const log = store.openLog(name, name, config);
    const value = "v".repeat(random() < 0.2 ? 2000 : 50);
    await appendPairs(store, log, [["k", value]]);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (let i = 0; i < 30; i++) await append(names[i % 2] ?? "");
  await store.checkpoint();
  for (let i = 0; i < 60; i++) await append(names[i % 3] ?? "");
  await settled(clock);
});

/** Lets the storage write its mark behind the last frame. */
async function settled(clock: ReturnType<typeof manualClock>): Promise<void> {
  clock.advance(250);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What a restart says of a copy of the disk that `spoil` has been at. */
async function restart(spoil: (copy: MemoryDisk) => void) {
  const copy = disk.afterCrash("kill");
  spoil(copy);
  try {
    const { store } = await openStore(copy);
    const lost = await lostOffsets(store);
    await store.close();
    return { refusal: null, lost };
  } catch (error) {
    if (error instanceof StorageError) return { refusal: error, lost: [] };
    throw error;
  }
}

/** The offsets that can't be read, each named by an error; throws if one is missed in silence. */
async function lostOffsets(store: LogStore): Promise<string[]> {
  const lost: string[] = [];
  for (const [name, count] of counts) {
    const log = store.openLog(name, name, config);
    expect(log.durableOffset).toBe(count);
    for (let offset = 0; offset < count; ) {
      try {
        const records = await readRecords(store, log, offset, log.damage.endFrom(offset, count));
        for (const record of records) expect(record.offset).toBe(offset++);
      } catch (error) {
        if (!(error instanceof DamageError)) throw error;
        for (; offset < error.range.toOffset; offset++) lost.push(`${name} ${offset}`);
      }
    }
  }
  return lost;
}

const journals = () => [...disk.files()].filter(([path]) => path.endsWith(".journal"));
const used = () => journals().filter(([, bytes]) => bytes.some((byte) => byte !== 0));

describe("damage to the journal", () => {
  test.each(Array.from({ length: 150 }, (_, seed) => seed))("a flipped bit, %d", async (seed) => {
    const random = seeded(seed);
    const [path = "", bytes = new Uint8Array(0)] =
      used()[Math.floor(random() * used().length)] ?? [];
    const frame = 4096 * Math.floor((random() * bytes.length) / 4096);
    const at = frame + Math.floor(random() * (seed % 2 === 0 ? 100 : 4096));
    const { refusal, lost } = await restart((copy) => {
      const spoilt = copy.files().get(path) ?? bytes;
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    });
    if (refusal) {
      expect(refusal.code).toBe("damaged");
      expect(refusal.message).toContain(path);
      expect(refusal.message).toContain("weir log repair /data --accept-loss");
    }
    expect(lost.length).toBeLessThanOrEqual(1);
  });

  test.each(Array.from({ length: 40 }, (_, seed) => seed))("a cut tail, %d", async (seed) => {
    const random = seeded(seed);
    const all = journals();
    const [path = "", bytes = new Uint8Array(0)] = all[Math.floor(random() * all.length)] ?? [];
    const left = Math.floor(random() * bytes.length);
    const { refusal, lost } = await restart((copy) => copy.open(path, "create").truncate(left));
    expect(lost).toEqual([]);
    const hadFrames = bytes.subarray(left).some((byte) => byte !== 0);
    expect(refusal?.code).toBe(hadFrames ? "damaged" : undefined);
  });

  test.each(Array.from({ length: 40 }, (_, seed) => seed))("a zeroed page, %d", async (seed) => {
    const random = seeded(seed);
    const [path = "", bytes = new Uint8Array(0)] =
      used()[Math.floor(random() * used().length)] ?? [];
    const page = 4096 * Math.floor((random() * bytes.length) / 4096);
    const { refusal, lost } = await restart((copy) =>
      copy
        .files()
        .get(path)
        ?.fill(0, page, page + 4096),
    );
    expect(lost).toEqual([]);
    const hadFrame = bytes.subarray(page, page + 4096).some((byte) => byte !== 0);
    expect(refusal?.code).toBe(hadFrame ? "damaged" : undefined);
  });

  test("the mark may be lost or wrong", async () => {
    const path = "/data/journal/mark";
    expect(disk.files().get(path)).toBeDefined();
    const random = seeded(9);
    for (let i = 0; i < 30; i++) {
      const { refusal, lost } = await restart((copy) => {
        const bytes = copy.files().get(path);
        const at = Math.floor(random() * 16);
        if (i === 0) copy.remove(path);
        else if (i === 1) copy.open(path, "create").truncate(5);
        else if (bytes) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      });
      expect(refusal).toBeNull();
      expect(lost).toEqual([]);
    }
  });

  test("a file that is gone", async () => {
    for (const [path] of used()) {
      const { refusal } = await restart((copy) => copy.remove(path));
      expect(refusal?.message).toContain("/data/journal/");
    }
  });

  test.each([
    ["newer-format", 99],
    ["older-format", 1],
  ] as const)("a frame of another format is refused: %s", async (code, version) => {
    const [path = "", bytes = new Uint8Array(0)] = used()[0] ?? [];
    const { refusal } = await restart((copy) => {
      const other = copy.files().get(path) ?? bytes;
      const headBytes = new DataView(other.buffer).getUint32(4);
      other[3] = version;
      putInt32(other, 40, 0);
      putInt32(other, 40, crc32c(other, 0, headBytes));
    });
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toStartWith(`${path} was written by a `);
  });
});

test("a frame that a checkpoint has of one log was durable, though no mark says so", async () => {
  const clock = manualClock();
  const own = memoryDisk();
  const limits = { ...SMALL_LIMITS, checkpointLogsPerTurn: 1 };
  const { store } = await openStore(own, clock, {}, undefined, false, limits);
  const logs = names.map((name) => store.openLog(name, name, config));
  for (const log of logs) await appendPairs(store, log, [["k", "before"]]);
  // The checkpoint takes one log after the other, the last of them with this.
  const checkpoint = store.checkpoint();
  for (const log of logs) await appendPairs(store, log, [["k", "meanwhile"]]);
  await checkpoint;
  const { frameNumber = 0, logs: states = [] } =
    findCheckpoint(own, dataLayout("/data")).checkpoint ?? {};
  expect(states.at(-1)?.appliedFrame).toBeGreaterThan(frameNumber);
  const copy = own.afterCrash("kill");
  for (const [path, bytes] of copy.files()) if (path.endsWith(".journal")) bytes.fill(0);
  // Its number would be given again, and what it then names left out as being in the checkpoint.
  await expect(openStore(copy)).rejects.toMatchObject({ code: "damaged" });
});
