import { expect, test } from "bun:test";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { saveBrokerId, savedBrokerId } from "./broker-id.ts";

async function diskWith(content: string) {
  const disk = memoryDisk();
  disk.makeDirectory("/data");
  const bytes = new TextEncoder().encode(content);
  disk.open("/data/broker-id", "create").write(bytes, 0, bytes.length, 0);
  return disk;
}

test("an id is read as it was written, and no other for it", async () => {
  const disk = memoryDisk();
  disk.makeDirectory("/data");
  expect(savedBrokerId(disk, "/data")).toBeNull();
  await saveBrokerId(disk, "/data", 12);
  expect(savedBrokerId(disk, "/data")).toBe(12);
  const bytes = disk.files().get("/data/broker-id") ?? new Uint8Array(0);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(savedBrokerId(disk, "/data")).toBe("damaged");
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }
});

test.each([
  ["7\n", 7],
  ["", "damaged"],
  ["\0\0", "damaged"],
  ["7", "damaged"],
])("%j is %p", async (content, id) => {
  expect(savedBrokerId(await diskWith(content), "/data")).toBe(id as number);
});
