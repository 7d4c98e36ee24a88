import { type Disk, DiskError, type DiskFile } from "../disk.ts";

/**
 * What ends a process, and what the next one finds: everything (`kill`), only what was synced
 * (`power-loss`), or that under all names as they were, since a file system may write names back
 * sooner than it has to (`names-kept`).
 */
export type Crash = "kill" | "power-loss" | "names-kept";

/** A disk in memory, for tests: what it keeps after a crash is what `Disk` promises, no more. */
export interface MemoryDisk extends Disk {
  /** How many calls have changed the disk, or synced something. */
  readonly changes: number;
  /** What each kind of crash would leave right now, as a disk of its own. */
  afterCrash(crash: Crash): MemoryDisk;
  /** Runs `work` before the call that makes `changes` reach `change`. */
  beforeChange(change: number, work: () => void): void;
  /** All files, with their paths, and their bytes. */
  files(): Map<string, Uint8Array>;
}

/** An empty disk in memory. */
export function memoryDisk(): MemoryDisk {
  return new Memory({ seen: new Map(), durable: new Map() });
}

interface Content {
  seen: Uint8Array;
  durable: Uint8Array;
}

interface Folder {
  readonly seen: Map<string, Content | Folder>;
  durable: Map<string, Content | Folder>;
}

class Memory implements MemoryDisk {
  changes = 0;
  readonly #root: Folder;
  #stop = { at: Number.POSITIVE_INFINITY, work: () => {} };

  constructor(root: Folder) {
    this.#root = root;
  }

  beforeChange(at: number, work: () => void): void {
    this.#stop = { at, work };
  }

  /** Counts a call that is about to change something. */
  change(): void {
    this.changes++;
    if (this.changes !== this.#stop.at) return;
    this.#stop.work();
  }

  afterCrash(crash: Crash): MemoryDisk {
    const left = new Map<Content | Folder, Content | Folder>();
    const copy = (entry: Content | Folder): Content | Folder => {
      const known = left.get(entry);
      if (known) return known;
      const copied = isFolder(entry) ? copyFolder(entry) : copyContent(entry);
      left.set(entry, copied);
      return copied;
    };
    const copyContent = ({ seen, durable }: Content): Content => {
      const bytes = crash === "kill" ? seen : durable;
      return { seen: bytes.slice(), durable: crash === "kill" ? durable.slice() : bytes.slice() };
    };
    const copyNames = (names: ReadonlyMap<string, Content | Folder>) =>
      new Map([...names].map(([name, entry]) => [name, copy(entry)]));
    const copyFolder = ({ seen, durable }: Folder): Folder => {
      const names = copyNames(crash === "power-loss" ? durable : seen);
      return { seen: names, durable: crash === "kill" ? copyNames(durable) : new Map(names) };
    };
    return new Memory(copyFolder(this.#root));
  }

  files(): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    const walk = (folder: Folder, path: string): void => {
      for (const [name, entry] of folder.seen) {
        if (isFolder(entry)) walk(entry, `${path}/${name}`);
        else found.set(`${path}/${name}`, entry.seen);
      }
    };
    walk(this.#root, "");
    return found;
  }

  open(path: string, mode: "read" | "create"): DiskFile {
    let entry = this.#find(path);
    if (!entry && mode === "create") {
      this.change();
      entry = { seen: new Uint8Array(0), durable: new Uint8Array(0) };
      this.#folderOf(path).seen.set(nameOf(path), entry);
    }
    if (!entry || isFolder(entry)) throw missing("open", path);
    return new MemoryFile(this, path, entry);
  }

  list(directory: string): string[] {
    const entry = this.#find(directory);
    return entry && isFolder(entry) ? [...entry.seen.keys()].sort() : [];
  }

  exists(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  makeDirectory(directory: string): void {
    if (this.exists(directory)) return;
    const parent = directory.slice(0, directory.lastIndexOf("/"));
    if (parent !== "") this.makeDirectory(parent);
    this.change();
    this.#folderOf(directory).seen.set(nameOf(directory), { seen: new Map(), durable: new Map() });
  }

  rename(from: string, to: string): void {
    const entry = this.#find(from);
    if (!entry) throw missing("rename", from);
    this.change();
    this.#folderOf(from).seen.delete(nameOf(from));
    this.#folderOf(to).seen.set(nameOf(to), entry);
  }

  remove(path: string): void {
    if (!this.exists(path)) return;
    this.change();
    this.#folderOf(path).seen.delete(nameOf(path));
  }

  removeDirectory(directory: string): void {
    for (const name of this.list(directory)) {
      const path = `${directory}/${name}`;
      const entry = this.#find(path);
      if (entry && isFolder(entry)) this.removeDirectory(path);
      else this.remove(path);
    }
    this.remove(directory);
  }

  async syncDirectory(directory: string): Promise<void> {
    const entry = this.#find(directory);
    if (!entry || !isFolder(entry)) throw missing("sync folder", directory);
    this.change();
    const names = new Map(entry.seen);
    await nextTurn();
    entry.durable = names;
  }

  capacityBytes(): number {
    return 2 ** 50;
  }

  freeBytes(): number {
    return 2 ** 40;
  }

  lock(): { readonly release: () => void } {
    return { release: () => {} };
  }

  #find(path: string): Content | Folder | undefined {
    let entry: Content | Folder | undefined = this.#root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      entry = entry && isFolder(entry) ? entry.seen.get(name) : undefined;
    }
    return entry;
  }

  #folderOf(path: string): Folder {
    const entry = this.#find(path.slice(0, path.lastIndexOf("/")));
    if (!entry || !isFolder(entry)) throw missing("open", path);
    return entry;
  }
}

class MemoryFile implements DiskFile {
  readonly path: string;
  readonly #disk: Memory;
  readonly #content: Content;

  constructor(disk: Memory, path: string, content: Content) {
    this.#disk = disk;
    this.path = path;
    this.#content = content;
  }

  sizeBytes(): number {
    return this.#content.seen.length;
  }

  write(bytes: Uint8Array, from: number, to: number, position: number): void {
    this.#disk.change();
    const sizeBytes = Math.max(this.#content.seen.length, position + to - from);
    const grown = new Uint8Array(sizeBytes);
    grown.set(this.#content.seen);
    grown.set(bytes.subarray(from, to), position);
    this.#content.seen = grown;
  }

  writeAll(chunks: readonly Uint8Array[], position: number): void {
    let at = position;
    for (const chunk of chunks) {
      this.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
  }

  read(target: Uint8Array, from: number, to: number, position: number): number {
    const bytes = this.#content.seen.subarray(position, position + to - from);
    target.set(bytes, from);
    return bytes.length;
  }

  async readAsync(target: Uint8Array, from: number, to: number, position: number): Promise<number> {
    await nextTurn();
    return this.read(target, from, to, position);
  }

  async sync(): Promise<void> {
    this.#disk.change();
    const bytes = this.#content.seen.slice();
    await nextTurn();
    this.#content.durable = bytes;
  }

  truncate(sizeBytes: number): void {
    this.#disk.change();
    const cut = new Uint8Array(sizeBytes);
    cut.set(this.#content.seen.subarray(0, sizeBytes));
    this.#content.seen = cut;
  }

  close(): void {}
}

function isFolder(entry: Content | Folder): entry is Folder {
  return entry.seen instanceof Map;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function missing(operation: string, path: string): DiskError {
  return new DiskError("missing", operation, path, new Error("it isn't there"));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
