/**
 * The disk, as the operations that durability is made of.
 *
 * What each one promises after a power loss is the contract that storage is written against, and
 * that the simulated disk breaks at every place where it isn't promised:
 *
 * - bytes written to a file are there only after a `sync` of that file that began after the write;
 * - a file's or folder's name (made, renamed or removed) is there only after a `syncDirectory` of
 *   the folder that holds it;
 * - a failed `sync` means that what was written since the last good one is unknown, for ever.
 *
 * Calls without a promise are done when they return (in the page cache); a call that may wait for
 * the device returns a promise. Every failure is a `DiskError`.
 */
export interface Disk {
  /** Opens a file to read it, or with `create` to read and write it, made empty if missing. */
  open(path: string, mode: "read" | "create"): DiskFile;
  /** The names in a folder, sorted; none if the folder is missing. */
  list(directory: string): string[];
  /** Whether a file or folder of this name is there. */
  exists(path: string): boolean;
  /** Makes a folder, and those above it, where missing; only its owner may enter. */
  makeDirectory(directory: string): void;
  /** Gives a file or folder a new name, replacing a file that has it, in one step. */
  rename(from: string, to: string): void;
  /** Removes a file; a missing one is no error. */
  remove(path: string): void;
  /** Removes a folder with all that is in it; a missing one is no error. */
  removeDirectory(directory: string): void;
  /** Makes the names in a folder durable. */
  syncDirectory(directory: string): Promise<void>;
  /** Bytes that may still be written to the file system that holds `path`. */
  freeBytes(path: string): number;
  /** The size of that file system, in bytes. */
  capacityBytes(path: string): number;
  /**
   * Takes the lock file `path` for this process, until `release` or the process ends.
   *
   * Returns the other holder's process id where another live process has it (0 when that has not
   * been written down yet).
   */
  lock(path: string): { readonly release: () => void } | { readonly heldBy: number };
}

/** An open file. Positions and sizes are in bytes. */
export interface DiskFile {
  readonly path: string;
  /** The file's size now. */
  sizeBytes(): number;
  /**
   * Writes `bytes[from, to)` at `position`, all of it or it throws.
   *
   * After a throw the range holds any mixture of old and new bytes.
   */
  write(bytes: Uint8Array, from: number, to: number, position: number): void;
  /** Writes `chunks` one behind the other from `position` on, as one call where it can. */
  writeAll(chunks: readonly Uint8Array[], position: number): void;
  /** Fills `target[from, to)` from `position` on; returns how many bytes the file had there. */
  read(target: Uint8Array, from: number, to: number, position: number): number;
  /** Like `read`, without holding up the event loop while the device is asked. */
  readAsync(target: Uint8Array, from: number, to: number, position: number): Promise<number>;
  /** Makes the bytes written before this call durable (fdatasync). */
  sync(): Promise<void>;
  /** Cuts the file to `sizeBytes`, or extends it with zeros. */
  truncate(sizeBytes: number): void;
  /** Closes the file; it may not be used afterwards. */
  close(): void;
}

/** What kind of failure a disk call met; `full` and `missing` have answers, the rest do not. */
export type DiskErrorCode = "missing" | "full" | "denied" | "too-many-files" | "failed";

/** A disk call that failed: what was tried, on which file, and why. */
export class DiskError extends Error {
  override readonly name = "DiskError";
  readonly code: DiskErrorCode;
  readonly path: string;

  constructor(code: DiskErrorCode, operation: string, path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${operation} ${path}: ${why}`, { cause });
    this.code = code;
    this.path = path;
  }
}

/** Whether a call failed for want of space. */
export function isFull(error: unknown): boolean {
  return error instanceof DiskError && error.code === "full";
}

/** Does what nothing depends on; false if the disk refused it. */
export function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return false;
  }
}
