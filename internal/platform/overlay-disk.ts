import { type Disk, DiskError, type DiskFile } from "./disk.ts";

/** What stands under a name: bytes of the disk below, with what was written over them since. */
interface Content {
  /** The file below, if there is one, and how much of it still counts. */
  readonly path: string | null;
  keptBytes: number;
  sizeBytes: number;
  /** In the order in which they were written: later ones hide earlier ones. */
  patches: { readonly position: number; readonly bytes: Uint8Array }[];
}

/**
 * A disk on which everything can be tried: what is changed stays in memory, is seen by whoever uses
 * this disk, and is gone with it. The disk below is only read.
 *
 * Meant for little that is written, and read a few times.
 */
export function overlayDisk(disk: Disk): Disk {
  /** What was changed; null for what was removed. */
  const changed = new Map<string, Content | null>();

  const contentOf = (path: string): Content | null => {
    const known = changed.get(path);
    if (known !== undefined) return known;
    if (!disk.exists(path)) return null;
    return { path, keptBytes: Number.POSITIVE_INFINITY, sizeBytes: -1, patches: [] };
  };
  const open = (path: string, mode: "read" | "create"): DiskFile => {
    const content = contentOf(path);
    if (content === null && mode === "read") {
      throw new DiskError("missing", "open", path, "there is no such file");
    }
    const used = content ?? { path: null, keptBytes: 0, sizeBytes: 0, patches: [] };
    if (mode === "create") changed.set(path, used);
    const below = used.path === null ? null : disk.open(used.path, "read");
    if (used.sizeBytes < 0) used.sizeBytes = below?.sizeBytes() ?? 0;
    return new OverlayFile(path, used, below);
  };
  const list = (directory: string): string[] => {
    const names = new Set(disk.list(directory));
    for (const [path, content] of changed) {
      const cut = path.lastIndexOf("/");
      if (path.slice(0, cut) !== directory) continue;
      if (content === null) names.delete(path.slice(cut + 1));
      else names.add(path.slice(cut + 1));
    }
    return [...names].sort();
  };
  const removeDirectory = (directory: string): void => {
    for (const name of list(directory)) removeDirectory(`${directory}/${name}`);
    changed.set(directory, null);
  };
  return {
    open,
    list,
    exists: (path) => contentOf(path) !== null,
    makeDirectory: () => {},
    rename(from, to) {
      changed.set(to, contentOf(from));
      changed.set(from, null);
    },
    remove: (path) => void changed.set(path, null),
    removeDirectory,
    syncDirectory: async () => {},
    freeBytes: (path) => disk.freeBytes(path),
    capacityBytes: (path) => disk.capacityBytes(path),
    lock: (path) => disk.lock(path),
  };
}

class OverlayFile implements DiskFile {
  readonly path: string;
  readonly #content: Content;
  readonly #below: DiskFile | null;

  constructor(path: string, content: Content, below: DiskFile | null) {
    this.path = path;
    this.#content = content;
    this.#below = below;
  }

  sizeBytes(): number {
    return this.#content.sizeBytes;
  }

  write(bytes: Uint8Array, from: number, to: number, position: number): void {
    const content = this.#content;
    content.patches.push({ position, bytes: bytes.slice(from, to) });
    content.sizeBytes = Math.max(content.sizeBytes, position + to - from);
  }

  writeAll(chunks: readonly Uint8Array[], position: number): void {
    let at = position;
    for (const chunk of chunks) {
      this.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
  }

  read(target: Uint8Array, from: number, to: number, position: number): number {
    const end = this.#begin(target, from, to, position);
    const kept = Math.min(end - position, this.#content.keptBytes - position);
    if (kept > 0) this.#below?.read(target, from, from + kept, position);
    return this.#patch(target, from, position, end);
  }

  async readAsync(target: Uint8Array, from: number, to: number, position: number): Promise<number> {
    const end = this.#begin(target, from, to, position);
    const kept = Math.min(end - position, this.#content.keptBytes - position);
    if (kept > 0) await this.#below?.readAsync(target, from, from + kept, position);
    return this.#patch(target, from, position, end);
  }

  async sync(): Promise<void> {}

  truncate(sizeBytes: number): void {
    const content = this.#content;
    content.keptBytes = Math.min(content.keptBytes, sizeBytes);
    content.patches = content.patches.map(({ position, bytes }) => {
      return { position, bytes: bytes.subarray(0, Math.max(0, sizeBytes - position)) };
    });
    content.sizeBytes = sizeBytes;
  }

  close(): void {
    this.#below?.close();
  }

  /** Zeros what the file has of `[position, position + to - from)`; returns where that ends. */
  #begin(target: Uint8Array, from: number, to: number, position: number): number {
    const end = Math.max(position, Math.min(this.#content.sizeBytes, position + to - from));
    target.fill(0, from, from + end - position);
    return end;
  }

  #patch(target: Uint8Array, from: number, position: number, end: number): number {
    for (const patch of this.#content.patches) {
      const first = Math.max(position, patch.position);
      const last = Math.min(end, patch.position + patch.bytes.length);
      if (first >= last) continue;
      const bytes = patch.bytes.subarray(first - patch.position, last - patch.position);
      target.set(bytes, from + first - position);
    }
    return end - position;
  }
}
