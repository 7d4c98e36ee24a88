import { type Disk, DiskError, type DiskFile } from "../../platform/disk.ts";
import { closingError } from "../errors.ts";

interface OpenFile {
  readonly file: DiskFile;
  users: number;
}

/** Told of a file or folder that nothing needs any more, and that can't be removed. */
export type OnStuck = (error: DiskError) => void;

/**
 * Keeps the files of all logs open, up to a bound: the least recently used ones are closed.
 *
 * A file may be closed with unsynced bytes: syncing it later through another descriptor makes them
 * durable all the same, and reports a failed write-back that nobody has been told of.
 *
 * What is discarded, no log has any more. Where the disk refuses to remove it, it takes its space
 * on, and nothing else depends on it: so that is told, once, and is no failure.
 */
export class FileCache {
  readonly #disk: Disk;
  readonly #capacity: number;
  readonly #files = new Map<string, OpenFile>();
  readonly #told: OnStuck;
  /** What couldn't be removed. */
  readonly #stuck = new Set<string>();
  #closed = false;

  /** `capacity`: how many files may be open while nobody uses them. */
  constructor(disk: Disk, capacity: number, stuck: OnStuck = () => {}) {
    this.#disk = disk;
    this.#capacity = capacity;
    this.#told = stuck;
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

  /** Removes a file, closed as `drop` does; false if it is still there. */
  discard(path: string): boolean {
    this.drop(path);
    return this.#discard(path, () => this.#disk.remove(path));
  }

  /** Removes a folder with all that is in it, by the name `grave`, which it gets first. */
  discardFolder(directory: string, grave = directory): boolean {
    this.dropFolder(directory);
    return this.#discard(grave, () => {
      if (grave !== directory) this.#disk.rename(directory, grave);
      this.#disk.removeDirectory(grave);
    });
  }

  /** Closes all files, those in use when that ends; whoever asks later gets a `StorageError`. */
  close(): void {
    this.#closed = true;
    for (const path of [...this.#files.keys()]) this.drop(path);
  }

  #discard(path: string, remove: () => void): boolean {
    try {
      remove();
      this.#stuck.delete(path);
      return true;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (!this.#stuck.has(path)) this.#told(error);
      this.#stuck.add(path);
      return false;
    }
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
