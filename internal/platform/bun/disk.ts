import fs from "node:fs";
import { open as openAsync } from "node:fs/promises";
import type { Disk, DiskFile } from "../disk.ts";
import { attempt, codeOf, diskError } from "./disk-error.ts";
import { OpenFile } from "./disk-file.ts";
import type { Libc } from "./libc.ts";
import { systemCode } from "./system-code.ts";

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;

/**
 * The machine's own disk.
 *
 * `lock` is the kernel's (flock), which lets go of it however the process ends. Without `libc`
 * there is none, and `lock` throws: two brokers on one folder would destroy it, and no mark left
 * in a file can tell a live owner from one that was killed.
 */
export function bunDisk(libc: Libc | null): Disk {
  return {
    open: (file, mode) => open(libc, file, mode),
    list: (directory) =>
      attempt("list", directory, () => ifMissing([], () => fs.readdirSync(directory).sort())),
    exists: (name) =>
      attempt("look for", name, () => fs.statSync(name, { throwIfNoEntry: false }) !== undefined),
    makeDirectory(directory) {
      const options = { recursive: true, mode: OWNER_ONLY_DIRECTORY };
      attempt("make folder", directory, () => fs.mkdirSync(directory, options));
    },
    rename: (from, to) => attempt("rename", from, () => fs.renameSync(from, to)),
    remove: (file) => attempt("remove", file, () => ifMissing(undefined, () => remove(file))),
    removeDirectory: (directory) =>
      attempt("remove", directory, () => ifMissing(undefined, () => removeDirectory(directory))),
    syncDirectory,
    freeBytes: (name) =>
      attempt("look for space at", name, () => {
        const { bavail, bsize } = fs.statfsSync(name);
        return bavail * bsize;
      }),
    capacityBytes: (name) =>
      attempt("look for space at", name, () => {
        const { blocks, bsize } = fs.statfsSync(name);
        return blocks * bsize;
      }),
    lock: (file) => attempt("lock", file, () => lock(libc, file)),
  };
}

function open(libc: Libc | null, file: string, mode: "read" | "create"): DiskFile {
  const { O_RDONLY, O_RDWR, O_CREAT } = fs.constants;
  const flags = mode === "read" ? O_RDONLY : O_RDWR | O_CREAT;
  const fd = attempt("open", file, () => fs.openSync(file, flags, OWNER_ONLY_FILE));
  return new OpenFile(file, fd, libc);
}

/**
 * Removes a file's name. Its space is given back when the last one who has it open closes it, and
 * for a large file that takes long (measured: a quarter of a second for 1 GiB): so the last one is
 * a thread of the pool, and never the event loop.
 */
function remove(file: string): void {
  const fd = openToHold(file);
  try {
    fs.unlinkSync(file);
  } finally {
    if (fd !== null) fs.close(fd, () => {});
  }
}

/** Opens a file; null where no more may be open, which is no reason to let it take its space. */
function openToHold(file: string): number | null {
  try {
    return fs.openSync(file, fs.constants.O_RDONLY);
  } catch (cause) {
    if (codeOf(cause) === "too-many-files") return null;
    throw cause;
  }
}

function removeDirectory(directory: string): void {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const name = `${directory}/${entry.name}`;
    if (entry.isDirectory()) removeDirectory(name);
    else remove(name);
  }
  fs.rmdirSync(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await openAsync(directory, fs.constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw diskError("sync folder", directory, cause);
  }
}

/** The file says who holds it; a holder that has only just come is known as process 0. */
function lock(libc: Libc | null, file: string): ReturnType<Disk["lock"]> {
  if (libc === null) throw new Error("this system offers no file lock that ends with its owner");
  const { O_RDWR, O_CREAT } = fs.constants;
  const fd = fs.openSync(file, O_RDWR | O_CREAT, OWNER_ONLY_FILE);
  try {
    if (!libc.lockFile(fd)) {
      const heldBy = Number.parseInt(fs.readFileSync(file, "utf8"), 10) || 0;
      fs.closeSync(fd);
      return { heldBy };
    }
    fs.ftruncateSync(fd, 0);
    fs.writeSync(fd, `${process.pid}\n`, 0);
  } catch (cause) {
    fs.closeSync(fd);
    throw cause;
  }
  return { release: () => fs.closeSync(fd) };
}

function ifMissing<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return otherwise;
    throw cause;
  }
}
