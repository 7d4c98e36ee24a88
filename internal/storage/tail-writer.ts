import type { Disk, DiskFile } from "../platform/disk.ts";
import type { FileCache } from "./file-cache.ts";
import type { PartitionLog, TailBatch } from "./partition-log.ts";
import type { Segment } from "./segment.ts";

/**
 * Keeps the tails of all logs and puts batches into segment files; remembers which files and
 * folders have to be synced before the journal may forget what they hold.
 */
export class TailWriter {
  readonly #disk: Disk;
  readonly #files: FileCache;
  readonly #logsDirectory: string;
  /** The logs that have a tail, the one that has had it longest first. */
  readonly #tails = new Set<PartitionLog>();
  #tailBytes = 0;
  /** While the journal is replayed, what stands in files behind a write may be good, and stays. */
  replaying = false;
  /** Paths of files and folders with changes that no one has synced. */
  dirtyFiles = new Set<string>();
  dirtyDirectories = new Set<string>();

  constructor(disk: Disk, files: FileCache, logsDirectory: string) {
    this.#disk = disk;
    this.#files = files;
    this.#logsDirectory = logsDirectory;
  }

  /** Bytes in all tails: they are in memory and, for a restart, in the journal. */
  get tailBytes(): number {
    return this.#tailBytes;
  }

  /** Puts a batch that the journal has into its log's tail. */
  push(log: PartitionLog, batch: TailBatch): void {
    log.tail.push(batch);
    this.#tails.add(log);
    this.#tailBytes += batch.sizeBytes;
  }

  /** Forgets a log's tail. */
  drop(log: PartitionLog): void {
    for (const { sizeBytes } of log.tail) this.#tailBytes -= sizeBytes;
    this.#tails.delete(log);
    log.tail = [];
  }

  /** Forgets what a log's tail has for segments that were removed. */
  dropSegments(log: PartitionLog, removed: readonly Segment[]): void {
    if (!log.tail.some(({ segment }) => removed.includes(segment))) return;
    const kept = log.tail.filter(({ segment }) => !removed.includes(segment));
    this.drop(log);
    for (const batch of kept) this.push(log, batch);
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
      if (segment) this.#writeRun(log, segment, tail.slice(from, to));
      from = to;
    }
    this.drop(log);
  }

  /** Writes chunks at `position` of a segment, behind all that it has. */
  write(log: PartitionLog, segment: Segment, chunks: readonly Uint8Array[], at: number): void {
    const file = this.#open(log, segment, at);
    file.writeAll(chunks, at);
    this.dirtyFiles.add(segment.logPath);
  }

  #writeRun(log: PartitionLog, segment: Segment, batches: readonly TailBatch[]): void {
    const chunks = batches.map(({ buffer, at, sizeBytes }) => buffer.subarray(at, at + sizeBytes));
    this.write(log, segment, chunks, batches[0]?.position ?? 0);
  }

  #open(log: PartitionLog, segment: Segment, endBytes: number): DiskFile {
    if (segment.file === "clean") return this.#files.get(segment.logPath);
    if (segment.file === "new") {
      // Files of this name are left from before a crash, or from a log of the same name.
      this.#disk.makeDirectory(log.directory);
      this.#disk.remove(segment.indexPath);
      this.#disk.remove(segment.timeIndexPath);
      this.dirtyDirectories.add(this.#logsDirectory);
      this.dirtyDirectories.add(log.directory);
      segment.file = "uncut";
    }
    const file = this.#files.get(segment.logPath);
    if (this.replaying) return file;
    if (file.sizeBytes() > endBytes) file.truncate(endBytes);
    segment.file = "clean";
    return file;
  }
}
