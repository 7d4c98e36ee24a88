import { type Disk, DiskError } from "../platform/disk.ts";

/**
 * Makes a folder, and those above it, where missing; their names are durable when this resolves.
 *
 * The name of a folder that is there may still be unsynced, from a start that was cut short.
 */
export async function makeDurableFolder(disk: Disk, directory: string): Promise<void> {
  const parents = [parentOf(directory)];
  for (let path = parentOf(directory); !disk.exists(path); path = parentOf(path)) {
    parents.push(parentOf(path));
  }
  disk.makeDirectory(directory);
  for (const path of parents.reverse()) await disk.syncDirectory(path);
}

/** Makes the names in a folder durable, unless the folder has been removed meanwhile. */
export async function syncFolder(disk: Disk, directory: string): Promise<void> {
  try {
    await disk.syncDirectory(directory);
  } catch (error) {
    if (!(error instanceof DiskError && error.code === "missing")) throw error;
  }
}

/** The folder that holds the name `path`. */
function parentOf(path: string): string {
  const cut = path.lastIndexOf("/");
  if (cut < 0) return ".";
  return cut === 0 ? "/" : path.slice(0, cut);
}
