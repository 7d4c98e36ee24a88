import { expect, test } from "bun:test";
import { memoryDisk } from "./testing/memory-disk.ts";
import { unsyncedDisk } from "./unsynced-disk.ts";

test("what is written is there, and nothing waits for the device", async () => {
  const below = memoryDisk();
  const disk = unsyncedDisk(below);
  disk.makeDirectory("/data");
  const file = disk.open("/data/a", "create");
  file.write(Uint8Array.of(1, 2, 3, 4), 1, 4, 0);
  file.writeAll([Uint8Array.of(5), Uint8Array.of(6)], 3);
  const changes = below.changes;
  await file.sync();
  await disk.syncDirectory("/data");
  expect(below.changes).toBe(changes);
  file.truncate(4);
  const read = new Uint8Array(6);
  expect([file.path, file.sizeBytes(), file.read(read, 0, 6, 0)]).toEqual(["/data/a", 4, 4]);
  expect(await file.readAsync(read, 4, 6, 0)).toBe(2);
  expect([...read]).toEqual([2, 3, 4, 5, 2, 3]);
  file.close();
  expect(below.files().get("/data/a")).toEqual(Uint8Array.of(2, 3, 4, 5));
});
