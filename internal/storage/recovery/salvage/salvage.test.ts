import { beforeAll, describe, expect, test } from "bun:test";
import { manualClock } from "../../../platform/testing/manual-clock.ts";
import { type MemoryDisk, memoryDisk } from "../../../platform/testing/memory-disk.ts";
import { seeded } from "../../../record/samples.testing.ts";
import { StorageError } from "../../errors.ts";
import { dataLayout } from "../../layout.ts";
import type { LogStore } from "../../log-store.ts";
import { appendPairs, openStore, readRecords, SMALL_LOG } from "../../store.testing.ts";

const names = ["a-0", "b-0", "c-0", "d-0"];
const config = { ...SMALL_LOG, segmentBytes: 4 * 1024 };
const layout = dataLayout("/data");
const disk = memoryDisk();
/** The value that was acknowledged at each offset, by log. */
const written = new Map<string, string[]>(names.map((name) => [name, []]));

beforeAll(async () => {
  const clock = manualClock();
  const { store } = await openStore(disk, clock);
  const random = seeded(5);
  const append = async (name: string): Promise<void> => {
    const log = store.openLog(name, `${name} of old`, config);
    const values = written.get(name) ?? [];
    const value = `${name} ${values.length} `.padEnd(random() < 0.2 ? 2000 : 50, "v");
    await appendPairs(store, log, [["k", value]]);
    values.push(value);
  };
  for (let i = 0; i < 60; i++) await append(names[i % 2] ?? "");
  await store.checkpoint();
  for (let i = 0; i < 90; i++) await append(names[i % 4] ?? "");
  clock.advance(250);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
});

/** The offsets that are gone after a repair, of each log. Nothing else may be read. */
async function repaired(copy: MemoryDisk): Promise<Record<string, number[]>> {
  const { store } = await openStore(copy, manualClock(), {}, undefined, true);
  await store.checkpoint();
  for (const log of [...store.logs.values()]) await store.mend(log);
  await store.close();
  // A restart needs no more mercy, and finds nothing wrong.
  const again = await openStore(copy);
  const left = await missing(again.store);
  await again.store.close();
  return left;
}

async function missing(store: LogStore): Promise<Record<string, number[]>> {
  const gone: Record<string, number[]> = {};
  for (const [name, values] of written) {
    const log = store.openLog(name, `${name} of old`, config);
    const found = new Map<number, string>();
    for (const { offset, value } of await readRecords(store, log)) {
      const text = new TextDecoder().decode(value ?? undefined);
      expect(text).toBe(values[offset] ?? "nothing");
      found.set(offset, text);
    }
    const lost = values.map((_, offset) => offset).filter((offset) => !found.has(offset));
    if (lost.length > 0) gone[name] = lost;
  }
  return gone;
}

const usedJournals = (): [string, Uint8Array][] =>
  [...disk.files()].filter(([path, bytes]) => path.endsWith(".journal") && bytes.some((b) => b));

describe("a repair", () => {
  test("changes nothing where nothing is lost", async () => {
    expect(await repaired(disk.afterCrash("kill"))).toEqual({});
  });

  test("goes on without the checkpoint: it tells nothing that folders do not", async () => {
    const copy = disk.afterCrash("kill");
    copy.remove(layout.checkpoint);
    copy.remove(layout.checkpointCopy);
    await expect(openStore(copy.afterCrash("kill"))).rejects.toThrow("--accept-loss");
    expect(await repaired(copy)).toEqual({});
  });

  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    "loses no more than a damaged journal page held, %d",
    async (seed) => {
      const random = seeded(seed);
      const used = usedJournals();
      const [path = "", bytes = new Uint8Array(0)] = used[Math.floor(random() * used.length)] ?? [];
      const page = 4096 * Math.floor((random() * bytes.length) / 4096);
      const copy = disk.afterCrash("kill");
      copy
        .files()
        .get(path)
        ?.fill(0, page, page + 4096);
      const lost = Object.values(await repaired(copy)).flat();
      expect(lost.length).toBeLessThanOrEqual(1);
    },
  );

  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    "puts a gap in the place of what a segment has lost, %d",
    async (seed) => {
      const random = seeded(seed);
      const segments = [...disk.files()].filter(([path]) => path.endsWith(".log"));
      const [path = "", bytes = new Uint8Array(0)] =
        segments[Math.floor(random() * segments.length)] ?? [];
      const copy = disk.afterCrash("kill");
      const from = Math.floor(random() * bytes.length);
      const spoilt = 1 + Math.floor(random() * 300);
      copy
        .files()
        .get(path)
        ?.fill(7, from, from + spoilt);
      const lost = await repaired(copy);
      expect(Object.keys(lost).length).toBeLessThanOrEqual(1);
      const [offsets = []] = Object.values(lost);
      expect(offsets.length).toBeLessThanOrEqual(2 + Math.ceil(spoilt / 110));
      expect((offsets.at(-1) ?? 0) - (offsets[0] ?? 0)).toBe(Math.max(0, offsets.length - 1));
    },
  );

  test("that is refused says what and where", async () => {
    const copy = disk.afterCrash("kill");
    const [[path = ""] = []] = usedJournals();
    copy.remove(path);
    const error = await openStore(copy).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(StorageError);
    expect(String(error)).toContain("would be lost; 'weir log repair /data --accept-loss'");
  });
});
