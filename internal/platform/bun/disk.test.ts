import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Disk, DiskError, type DiskErrorCode, type DiskFile } from "../disk.ts";
import { bunDisk } from "./disk.ts";
import { type Libc, loadLibc } from "./libc.ts";

const libc = loadLibc();
const disk: Disk = bunDisk(libc);
let root = "";

beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "weir-disk-"));
});

afterAll(() => fs.rmSync(root, { recursive: true }));

let made = 0;

function fresh(): DiskFile {
  return disk.open(path.join(root, `file-${made++}`), "create");
}

function contents(file: DiskFile): Uint8Array {
  const all = new Uint8Array(file.sizeBytes());
  expect(file.read(all, 0, all.length, 0)).toBe(all.length);
  return all;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));

function codeOf(work: () => unknown): DiskErrorCode | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof DiskError) return error.code;
    throw error;
  }
  return undefined;
}

describe("files", () => {
  test("writes and reads at positions, from and into parts of views", () => {
    const file = fresh();
    const view = bytes("..hello world..").subarray(2);
    file.write(view, 6, 11, 3);
    file.write(view, 0, 3, 0);
    expect(text(contents(file))).toBe("helworld");
    const target = new Uint8Array(20).fill(46).subarray(5);
    expect(file.read(target, 2, 6, 4)).toBe(4);
    expect(text(target).slice(0, 8)).toBe("..orld..");
    expect(file.read(target, 0, 15, 5)).toBe(3);
    expect(file.read(target, 0, 15, 100)).toBe(0);
    file.close();
  });

  test("writes chunks of all sizes one behind the other", () => {
    const lists = [
      [],
      [0],
      [1, 0, 2],
      Array.from({ length: 3000 }, (_, i) => (i * 37) % 500),
      Array.from({ length: 2100 }, () => 8193),
      [100, 300_000, 5, ...Array.from({ length: 200 }, () => 1)],
      [3_000_000, 1],
    ];
    for (const sizes of lists) {
      const file = fresh();
      const room = new Uint8Array(10 + sizes.reduce((sum, size) => sum + size, 0));
      for (let i = 0; i < room.length; i++) room[i] = (i ^ (i >>> 8)) & 0xff;
      let at = 10;
      const chunks = sizes.map((size) => {
        at += size;
        return room.subarray(at - size, at);
      });
      file.write(bytes("head"), 0, 4, 0);
      file.writeAll(chunks, 4);
      const got = contents(file);
      expect(got.length).toBe(room.length - 6);
      expect(Buffer.compare(got.subarray(4), room.subarray(10))).toBe(0);
      file.close();
    }
  });

  test("reads without holding up the loop, up to the file's end", async () => {
    const file = fresh();
    const all = new Uint8Array(300_000).map((_, i) => i & 0xff);
    file.write(all, 0, all.length, 0);
    const target = new Uint8Array(400_000);
    expect(await file.readAsync(target, 10, 400_000, 1)).toBe(299_999);
    expect(Buffer.compare(target.subarray(10, 300_009), all.subarray(1))).toBe(0);
    file.close();
  });

  test("reads what is in memory in part, and the rest from the device", async () => {
    const file = fresh();
    file.write(bytes("0123456789"), 0, 10, 0);
    const partly: Libc = {
      ...{ receive: () => 0, listen() {}, lockFile: () => false },
      readCached(_, target, from) {
        target.set(bytes("0123"), from);
        return 4;
      },
    };
    const again = bunDisk(partly).open(file.path, "read");
    const target = new Uint8Array(12);
    expect(await again.readAsync(target, 1, 12, 0)).toBe(10);
    expect(text(target.subarray(1, 11))).toBe("0123456789");
    for (const each of [again, file]) each.close();
  });

  test.if(process.platform === "linux")("the C library reads what was just written", () => {
    const file = path.join(root, "cached");
    fs.writeFileSync(file, "abcdef");
    const fd = fs.openSync(file, "r");
    const target = new Uint8Array(9);
    expect(libc?.readCached(fd, target, 1, 9, 1)).toBe(5);
    expect(text(target.subarray(1, 6))).toBe("bcdef");
    expect(libc?.readCached(fd, target, 0, 8, 6)).toBe(0);
    expect(libc?.readCached(-1, target, 0, 8, 0)).toBe(-1);
    fs.closeSync(fd);
  });

  test("closing lets calls that are under way finish", async () => {
    const file = fresh();
    file.write(bytes("durable"), 0, 7, 0);
    const target = new Uint8Array(7);
    const calls = Promise.all([file.sync(), file.sync(), file.readAsync(target, 0, 7, 0)]);
    file.close();
    expect((await calls)[2]).toBe(7);
    expect(codeOf(() => file.sizeBytes())).toBe("failed");
  });

  test("truncate cuts, and extends with zeros", () => {
    const file = fresh();
    file.write(bytes("abcdef"), 0, 6, 0);
    file.truncate(2);
    file.truncate(4);
    expect(text(contents(file))).toBe("ab\0\0");
    file.close();
  });

  test("are only their owner's", () => {
    const directory = path.join(root, "a", "b");
    disk.makeDirectory(directory);
    disk.open(path.join(directory, "file"), "create").close();
    const modes = ["a", "a/b", "a/b/file"].map((name) => fs.statSync(path.join(root, name)).mode);
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o700, 0o600]);
  });
});

describe("names", () => {
  test("are made, listed, replaced and removed", async () => {
    const directory = path.join(root, "names");
    expect(disk.list(directory)).toEqual([]);
    disk.makeDirectory(directory);
    disk.makeDirectory(directory);
    for (const name of ["b", "a", "10", "9"]) {
      const file = disk.open(path.join(directory, name), "create");
      file.write(bytes(name), 0, name.length, 0);
      file.close();
    }
    expect(disk.list(directory)).toEqual(["10", "9", "a", "b"]);
    disk.rename(path.join(directory, "a"), path.join(directory, "b"));
    expect(text(contents(disk.open(path.join(directory, "b"), "read")))).toBe("a");
    disk.remove(path.join(directory, "9"));
    disk.remove(path.join(directory, "9"));
    await disk.syncDirectory(directory);
    expect(disk.list(directory)).toEqual(["10", "b"]);
    expect(disk.exists(directory)).toBe(true);
    disk.removeDirectory(directory);
    disk.removeDirectory(directory);
    expect(disk.exists(directory)).toBe(false);
  });

  test("the space left is a number of bytes", () => {
    expect(disk.freeBytes(root)).toBeGreaterThan(0);
  });
});

describe("failures", () => {
  test("say what was tried, on what, and what kind it is", async () => {
    const missing = path.join(root, "missing");
    expect(codeOf(() => disk.open(missing, "read"))).toBe("missing");
    expect(codeOf(() => disk.open(path.join(missing, "x"), "create"))).toBe("missing");
    expect(codeOf(() => disk.rename(missing, root))).toBe("missing");
    expect(codeOf(() => disk.freeBytes(missing))).toBe("missing");
    await expect(disk.syncDirectory(missing)).rejects.toMatchObject({
      code: "missing",
      path: missing,
    });
    const readOnly = disk.open(fresh().path, "read");
    expect(codeOf(() => readOnly.write(bytes("x"), 0, 1, 0))).toBe("failed");
    expect(codeOf(() => readOnly.writeAll([bytes("x")], 0))).toBe("failed");
    readOnly.close();
    expect(() => disk.open(missing, "read")).toThrow(`open ${missing}: ENOENT`);
  });

  // Linux only: a device that is always full.
  test.if(fs.existsSync("/dev/full"))("know a full device", () => {
    const full = disk.open("/dev/full", "create");
    expect(codeOf(() => full.write(bytes("x"), 0, 1, 0))).toBe("full");
    expect(codeOf(() => full.writeAll([new Uint8Array(9000)], 0))).toBe("full");
    full.close();
  });

  test("for want of descriptors don't keep a file from being removed", () => {
    const script = `
      import { bunDisk } from ${JSON.stringify(path.join(import.meta.dir, "disk.ts"))};
      import { existsSync, openSync } from "node:fs";
      const disk = bunDisk(null);
      try { for (;;) openSync("/dev/null"); } catch {}
      let code;
      try { disk.open(process.argv[1], "read"); } catch (error) { code = error.code; }
      disk.remove(process.argv[1]);
      console.log(code, existsSync(process.argv[1]));
    `;
    const bounded = ["sh", "-c", 'ulimit -n 100; exec "$0" -e "$1" "$2"'];
    const child = Bun.spawnSync([...bounded, process.execPath, script, fresh().path]);
    expect(child.stdout.toString()).toBe("too-many-files false\n");
  });
});

describe("lock", () => {
  /** A process that takes the lock, says so, and waits to be ended. */
  async function holder(file: string): Promise<Bun.Subprocess<"ignore", "pipe", "inherit">> {
    const script = `
      import { bunDisk } from ${JSON.stringify(path.join(import.meta.dir, "disk.ts"))};
      import { loadLibc } from ${JSON.stringify(path.join(import.meta.dir, "libc.ts"))};
      console.log("release" in bunDisk(loadLibc()).lock(process.argv[1]));
      setInterval(() => {}, 1000);
    `;
    const child = Bun.spawn([process.execPath, "-e", script, file], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    const { value } = await child.stdout.getReader().read();
    expect(Buffer.from(value ?? []).toString()).toBe("true\n");
    return child;
  }

  test("is refused while another process has it, and names that process", async () => {
    const file = path.join(root, "lock");
    const child = await holder(file);
    expect(disk.lock(file)).toEqual({ heldBy: child.pid });
    child.kill("SIGKILL");
    await child.exited;
    const taken = disk.lock(file);
    expect("release" in taken).toBe(true);
    expect(disk.lock(file)).toEqual({ heldBy: process.pid });
    if ("release" in taken) taken.release();
    expect("release" in disk.lock(file)).toBe(true);
  });

  test("is not pretended where the system has none", () => {
    expect(codeOf(() => bunDisk(null).lock(path.join(root, "no-lock")))).toBe("failed");
  });
});
