import { type Disk, succeeds } from "../platform/disk.ts";

/** The content of a file; in `memory`, if it has room for that. */
export function readWholeFile(
  disk: Disk,
  path: string,
  memory: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const file = disk.open(path, "read");
  try {
    const sizeBytes = file.sizeBytes();
    const bytes = sizeBytes <= memory.length ? memory : new Uint8Array(sizeBytes);
    return bytes.subarray(0, file.read(bytes, 0, sizeBytes, 0));
  } finally {
    file.close();
  }
}

/** Makes `bytes` the content of the file at `path`, made if missing; durable, but for its name. */
export async function writeWholeFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = disk.open(path, "create");
  try {
    file.truncate(0);
    file.write(bytes, 0, bytes.length, 0);
    await file.sync();
  } finally {
    file.close();
  }
}

/**
 * Puts a file with these bytes in the place of the one at `path`, whole or not at all; it is
 * durable when its folder has been synced. Rejects with `DiskError`, and leaves the old one.
 */
export async function replaceFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeWholeFile(disk, `${path}.new`, bytes);
  } catch (error) {
    // A full disk needs its space; what stays of it is written over the next time.
    succeeds(() => disk.remove(`${path}.new`));
    throw error;
  }
  disk.rename(`${path}.new`, path);
}
