import type { Disk, DiskFile } from "../platform/disk.ts";
import { DirtyPaths } from "./dirty-paths.ts";
import { syncFolder } from "./durable-folder.ts";
import type { PartitionLog } from "./partition-log.ts";
import { removeStrangers } from "./recovery/remains.ts";
import { type FileCache, syncFile } from "./segments/file-cache.ts";
import type { Segment } from "./segments/segment.ts";
import { Slabs } from "./slabs.ts";
import type { TailRun } from "./tail.ts";

/**
 * Keeps the tails of all logs and puts batches into segment files; remembers which files and
 * folders have to be synced before the journal may forget what they hold.
 */
export class TailWriter {
  /** The memory that tails stand in. */
  readonly slabs = new Slabs();
  readonly #disk: Disk;
  readonly #files: FileCache;
  readonly #logsDirectory: string;
  /** The logs that have a tail, the one that has had it longest first. */
  readonly #tails = new Set<PartitionLog>();
  #tailBytes = 0;
  /** While the journal is replayed, what stands in files behind a write may be good, and stays. */
  replaying = false;
  /** What segments have got since the last checkpoint began: a restart may have to read it. */
  writtenBytes = 0;
  readonly dirtyFiles = new DirtyPaths();
  readonly dirtyFolders = new DirtyPaths();

  constructor(disk: Disk, files: FileCache, logsDirectory: string) {
    this.#disk = disk;
    this.#files = files;
    this.#logsDirectory = logsDirectory;
  }

  /** Bytes in all tails: they are in memory and, for a restart, in the journal. */
  get tailBytes(): number {
    return this.#tailBytes;
  }

  /** Puts batches that the journal has into their log's tail. */
  push(log: PartitionLog, run: TailRun): void {
    this.slabs.keep(run.slab);
    log.tail.push(run);
    this.#tails.add(log);
    this.#tailBytes += run.sizeBytes;
  }

  /** Forgets a log's tail. */
  drop(log: PartitionLog): void {
    this.#keepOnly(log, []);
  }

  /** Forgets what a log's tail has for segments that were removed. */
  dropSegments(log: PartitionLog, removed: readonly Segment[]): void {
    const kept = log.tail.filter(({ segment }) => !removed.includes(segment));
    if (kept.length < log.tail.length) this.#keepOnly(log, kept);
  }

  /** Drains the tails that are oldest, at most `maxLogs`, until all have `limitBytes` or less. */
  relieve(limitBytes: number, maxLogs: number): void {
    let count = 0;
    for (const log of this.#tails) {
      if (this.#tailBytes <= limitBytes || count++ >= maxLogs) return;
      this.drain(log);
    }
  }

  /**
   * Writes a log's whole tail to its segments, in as few calls as there are segments.
   *
   * When it throws, the tail is as it was; writing it again later is harmless.
   */
  drain(log: PartitionLog): void {
    const { tail } = log;
    for (let from = 0; from < tail.length; ) {
      const segment = tail[from]?.segment;
      let to = from;
      while (tail[to]?.segment === segment) to++;
      if (segment) this.#writeRuns(log, segment, tail.slice(from, to));
      from = to;
    }
    this.drop(log);
  }

  /** Writes chunks at `position` of a segment, behind all that it has. */
  write(log: PartitionLog, segment: Segment, chunks: readonly Uint8Array[], at: number): void {
    const sizeBytes = chunks.reduce((sum, { length }) => sum + length, 0);
    const file = this.#open(log, segment, at + sizeBytes);
    file.writeAll(chunks, at);
    this.writtenBytes += sizeBytes;
    this.dirtyFiles.add(segment.logPath);
  }

  /** Makes what was written to a segment's file durable. */
  syncFile(path: string): Promise<void> {
    return this.dirtyFiles.clean(path, () => syncFile(this.#disk, this.#files, path));
  }

  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void> {
    return this.dirtyFolders.clean(path, () => syncFolder(this.#disk, path));
  }

  /** The folders that a log's files have their names by, if those aren't durable yet. */
  dirtyFoldersOf({ directory }: PartitionLog): string[] {
    return [this.#logsDirectory, directory].filter((path) => this.dirtyFolders.has(path));
  }

  #writeRuns(log: PartitionLog, segment: Segment, runs: readonly TailRun[]): void {
    const chunks = runs.map(({ bytes, at, sizeBytes }) => bytes.subarray(at, at + sizeBytes));
    this.write(log, segment, chunks, runs[0]?.position ?? 0);
  }

  /** Leaves `kept`, a part of the tail, and lets go of the rest. */
  #keepOnly(log: PartitionLog, kept: TailRun[]): void {
    for (const run of kept) this.slabs.keep(run.slab);
    for (const { slab, sizeBytes } of log.tail) {
      this.slabs.release(slab);
      this.#tailBytes -= sizeBytes;
    }
    for (const { sizeBytes } of kept) this.#tailBytes += sizeBytes;
    log.tail = kept;
    if (kept.length === 0) this.#tails.delete(log);
  }

  /**
   * Opens a segment's file to be written up to `endBytes`; what it has behind that goes. What it
   * has before may be the very bytes that are written again, and all that a power loss leaves.
   */
  #open(log: PartitionLog, segment: Segment, endBytes: number): DiskFile {
    if (segment.file === "clean") return this.#files.get(segment.logPath);
    if (segment.file === "new") {
      // Files of this name are left from before a crash, or from a log of the same name.
      this.#disk.makeDirectory(log.directory);
      this.#files.discard(segment.indexPath);
      this.#files.discard(segment.timeIndexPath);
      this.dirtyFolders.add(this.#logsDirectory);
      this.dirtyFolders.add(log.directory);
      segment.file = "uncut";
    }
    const file = this.#files.get(segment.logPath);
    if (this.replaying) return file;
    if (!log.tidied) removeStrangers(this.#disk, this.#files, log);
    if (file.sizeBytes() > endBytes) file.truncate(endBytes);
    segment.file = "clean";
    return file;
  }
}
