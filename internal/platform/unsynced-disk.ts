import type { Disk, DiskFile } from "./disk.ts";

/** A disk of which nothing has to survive this process: it is written to, and never synced. */
export function unsyncedDisk(disk: Disk): Disk {
  return {
    open: (path, mode) => new UnsyncedFile(disk.open(path, mode)),
    list: (directory) => disk.list(directory),
    exists: (path) => disk.exists(path),
    makeDirectory: (directory) => disk.makeDirectory(directory),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    removeDirectory: (directory) => disk.removeDirectory(directory),
    syncDirectory: () => Promise.resolve(),
    freeBytes: (path) => disk.freeBytes(path),
    capacityBytes: (path) => disk.capacityBytes(path),
    lock: (path) => disk.lock(path),
  };
}

class UnsyncedFile implements DiskFile {
  readonly #file: DiskFile;

  constructor(file: DiskFile) {
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  sizeBytes(): number {
    return this.#file.sizeBytes();
  }

  write(bytes: Uint8Array, from: number, to: number, position: number): void {
    this.#file.write(bytes, from, to, position);
  }

  writeAll(chunks: readonly Uint8Array[], position: number): void {
    this.#file.writeAll(chunks, position);
  }

  read(target: Uint8Array, from: number, to: number, position: number): number {
    return this.#file.read(target, from, to, position);
  }

  readAsync(target: Uint8Array, from: number, to: number, position: number): Promise<number> {
    return this.#file.readAsync(target, from, to, position);
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  truncate(sizeBytes: number): void {
    this.#file.truncate(sizeBytes);
  }

  close(): void {
    this.#file.close();
  }
}
