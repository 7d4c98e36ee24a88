import { describe, expect, test } from "bun:test";
import type { Disk } from "./disk.ts";
import { overlayDisk } from "./overlay-disk.ts";
import { memoryDisk } from "./testing/memory-disk.ts";

const encoder = new TextEncoder();

function put(disk: Disk, path: string, text: string, position = 0): void {
  const bytes = encoder.encode(text);
  disk.open(path, "create").write(bytes, 0, bytes.length, position);
}

async function contentOf(disk: Disk, path: string): Promise<string> {
  const file = disk.open(path, "read");
  const [now, later] = [new Uint8Array(100), new Uint8Array(100)];
  const got = file.read(now, 10, 100, 0);
  expect(await file.readAsync(later, 10, 100, 0)).toBe(got);
  expect(later).toEqual(now);
  expect(file.sizeBytes()).toBe(got);
  return new TextDecoder().decode(now.subarray(10, 10 + got));
}

function prepared() {
  const below = memoryDisk();
  below.makeDirectory("/d");
  put(below, "/d/a", "0123456789");
  put(below, "/d/b", "bbb");
  const before = below.afterCrash("kill").files();
  return { below, before, disk: overlayDisk(below) };
}

describe("an overlay", () => {
  test("shows what is below and what was written over it", async () => {
    const { disk, below, before } = prepared();
    expect(await contentOf(disk, "/d/a")).toBe("0123456789");
    put(disk, "/d/a", "xyz", 4);
    put(disk, "/d/a", "Y", 5);
    put(disk, "/d/a", "!", 12);
    expect(await contentOf(disk, "/d/a")).toBe("0123xYz789\0\0!");
    const middle = new Uint8Array(4);
    expect(disk.open("/d/a", "read").read(middle, 1, 4, 5)).toBe(3);
    expect(new TextDecoder().decode(middle)).toBe("\0Yz7");
    expect(below.files()).toEqual(before);
  });

  test("cuts and grows files", async () => {
    const { disk, below, before } = prepared();
    put(disk, "/d/a", "xyz", 2);
    disk.open("/d/a", "create").truncate(4);
    expect(await contentOf(disk, "/d/a")).toBe("01xy");
    disk.open("/d/a", "create").truncate(6);
    expect(await contentOf(disk, "/d/a")).toBe("01xy\0\0");
    expect(below.files()).toEqual(before);
  });

  test("renames, removes, makes and lists", async () => {
    const { disk, below, before } = prepared();
    put(disk, "/d/a", "A");
    disk.rename("/d/a", "/d/b");
    put(disk, "/d/c", "new");
    disk.remove("/d/missing");
    expect(disk.list("/d")).toEqual(["b", "c"]);
    expect(disk.exists("/d/a")).toBe(false);
    expect(() => disk.open("/d/a", "read")).toThrow("there is no such file");
    expect(await contentOf(disk, "/d/b")).toBe("A123456789");
    expect(await contentOf(disk, "/d/c")).toBe("new");
    expect(below.files()).toEqual(before);
    disk.removeDirectory("/d");
    expect(disk.list("/d")).toEqual([]);
    expect(disk.list("")).toEqual([]);
    expect(disk.exists("/d/b")).toBe(false);
  });
});
