import { beforeAll, describe, expect, test } from "bun:test";
import { type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import { putInt32 } from "../record/big-endian.ts";
import { crc32c } from "../record/crc32c.ts";
import { seeded } from "../record/samples.testing.ts";
import { dataLayout } from "./layout.ts";
import { appendPairs, openStore, readRecords, SMALL_LOG } from "./store.testing.ts";

const { checkpoint, checkpointCopy, journal } = dataLayout("/data");
const disk = memoryDisk();

beforeAll(async () => {
  const { store } = await openStore(disk);
  const log = store.openLog("t-0", "one", SMALL_LOG);
  for (let i = 0; i < 20; i++) await appendPairs(store, log, [["k", `${i}`]]);
  await store.checkpoint();
  for (let i = 20; i < 30; i++) await appendPairs(store, log, [["k", `${i}`]]);
});

/** What a restart makes of a copy of the disk that `spoil` has been at: a count of records. */
async function restart(spoil: (copy: MemoryDisk) => void): Promise<number> {
  const copy = disk.afterCrash("kill");
  spoil(copy);
  const { store } = await openStore(copy);
  const log = store.openLog("t-0", "one", SMALL_LOG);
  const { length } = await readRecords(store, log);
  await store.close();
  return length;
}

function flip(copy: MemoryDisk, path: string, at: number, bit: number): void {
  const bytes = copy.files().get(path);
  if (bytes) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
}

/** What may befall one file. */
const fates: readonly [string, (copy: MemoryDisk, path: string) => void][] = [
  ["lost", (copy, path) => copy.remove(path)],
  ["empty", (copy, path) => copy.open(path, "create").truncate(0)],
  ["cut off", (copy, path) => copy.open(path, "create").truncate(100)],
  ["of a newer version", (copy, path) => flip(copy, path, 3, 3)],
  ["full of zeros", (copy, path) => copy.files().get(path)?.fill(0)],
];

describe("the checkpoint", () => {
  test.each(fates)(
    "may be %s while its copy is whole, and the other way round",
    async (_, fate) => {
      expect(await restart((copy) => fate(copy, checkpoint))).toBe(30);
      expect(await restart((copy) => fate(copy, checkpointCopy))).toBe(30);
    },
  );

  test("may have any bit flipped", async () => {
    const random = seeded(1);
    const sizeBytes = disk.files().get(checkpoint)?.length ?? 0;
    for (let i = 0; i < 50; i++) {
      const at = i < 10 ? i : Math.floor(random() * sizeBytes);
      expect(await restart((copy) => flip(copy, checkpoint, at, i % 8))).toBe(30);
    }
  });

  test.each(fates)("is refused if both are %s", async (_, fate) => {
    const spoil = (copy: MemoryDisk): void => {
      for (const path of [checkpoint, checkpointCopy]) fate(copy, path);
    };
    const failure = await restart(spoil).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "damaged" });
    expect(String(failure)).toContain(`${checkpoint} and its copy (${checkpointCopy})`);
    expect(String(failure)).toContain("weir log repair /data --accept-loss");
  });

  test("is missed where there is anything else", async () => {
    const restarted = restart((copy) => {
      for (const path of [checkpoint, checkpointCopy]) copy.remove(path);
      copy.removeDirectory(journal);
    });
    await expect(restarted).rejects.toMatchObject({ code: "damaged" });
  });

  test.each([
    ["newer-format", 3, "/data was written by a newer Weir than this one; start that one on it"],
    [
      "older-format",
      1,
      "/data was written by a Weir too old for this one; start the releases in between first",
    ],
  ])("of another Weir is refused as that: %s", async (code, version, message) => {
    const restarted = restart((copy) => {
      for (const path of [checkpoint, checkpointCopy]) {
        const bytes = copy.files().get(path) ?? new Uint8Array(0);
        bytes[3] = version;
        // The first format's sum left the magic out.
        const before = version === 1 ? 0 : crc32c(bytes, 0, 4);
        putInt32(bytes, 4, crc32c(bytes, 8, bytes.length, before));
      }
    });
    await expect(restarted).rejects.toMatchObject({ code, message });
  });

  test("is there from the first start on", async () => {
    const fresh = memoryDisk();
    await openStore(fresh);
    expect([...fresh.afterCrash("power-loss").files().keys()]).toEqual([
      checkpoint,
      checkpointCopy,
    ]);
  });
});
