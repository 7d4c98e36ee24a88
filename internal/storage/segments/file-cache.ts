import type { Disk, DiskFile } from "../../platform/disk.ts";
import { closingError } from "../errors.ts";

interface OpenFile {
  readonly file: DiskFile;
  users: number;
}

/**
 * Keeps the files of all logs open, up to a bound: the least recently used ones are closed.
 *
 * A file may be closed with unsynced bytes: syncing it later through another descriptor makes them
 * durable all the same, and reports a failed write-back that nobody has been told of.
 */
export class FileCache {
  readonly #disk: Disk;
  readonly #capacity: number;
  readonly #files = new Map<string, OpenFile>();
  #closed = false;

  /** `capacity`: how many files may be open while nobody uses them. */
  constructor(disk: Disk, capacity: number) {
    this.#disk = disk;
    this.#capacity = capacity;
  }

  /** How many files are open. */
  get openCount(): number {
    return this.#files.size;
  }

  /** The file at `path`, made if missing; it may be closed as soon as another one is asked for. */
  get(path: string): DiskFile {
    return this.#entry(path).file;
  }

  /** Runs `work` with the file at `path`, which stays open until it is done. */
  async use<T>(path: string, work: (file: DiskFile) => Promise<T>): Promise<T> {
    const entry = this.#entry(path);
    entry.users++;
    try {
      return await work(entry.file);
    } finally {
      entry.users--;
      if (entry.users === 0 && this.#files.get(path) !== entry) entry.file.close();
    }
  }

  /** Closes the file at `path`, if it is open, as soon as nobody uses it. */
  drop(path: string): void {
    const entry = this.#files.get(path);
    this.#files.delete(path);
    if (entry?.users === 0) entry.file.close();
  }

  /** The same for all files of a folder. */
  dropFolder(directory: string): void {
    const prefix = `${directory}/`;
    for (const path of this.#files.keys()) if (path.startsWith(prefix)) this.drop(path);
  }

  /** Closes all files, those in use when that ends; whoever asks later gets a `StorageError`. */
  close(): void {
    this.#closed = true;
    for (const path of [...this.#files.keys()]) this.drop(path);
  }

  #entry(path: string): OpenFile {
    if (this.#closed) throw closingError();
    const known = this.#files.get(path);
    if (known) {
      this.#files.delete(path);
      this.#files.set(path, known);
      return known;
    }
    this.#makeRoom();
    const entry = { file: this.#disk.open(path, "create"), users: 0 };
    this.#files.set(path, entry);
    return entry;
  }

  #makeRoom(): void {
    if (this.#files.size < this.#capacity) return;
    for (const [path, { users }] of this.#files) {
      if (users > 0) continue;
      this.drop(path);
      if (this.#files.size < this.#capacity) return;
    }
  }
}

/** Makes a file's bytes durable, unless the file has been removed meanwhile. */
export async function syncFile(disk: Disk, files: FileCache, path: string): Promise<void> {
  if (disk.exists(path)) await files.use(path, (file) => file.sync());
}
