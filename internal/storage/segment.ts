import type { Disk } from "../platform/disk.ts";
import { baseOffset, lastOffset, maxTimestampMs, recordCount } from "../record/batch.ts";
import type { FileCache } from "./file-cache.ts";
import { digits20 } from "./layout.ts";
import { OffsetIndex, TimeIndex } from "./sparse-index.ts";
import { readWholeFile } from "./whole-file.ts";

/** An index entry is made for the first batch so far behind the last entry's (as in Kafka). */
const INDEX_INTERVAL_BYTES = 4096;

/** Both indexes of a segment, and how many entries of each its files hold. */
export interface Indexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
  savedOffsets: number;
  savedTimes: number;
}

/** What must be known of a segment to open it without reading it. */
export interface SegmentState {
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  readonly firstAppendMs: number;
}

/**
 * One file of a log and its indexes. `sizeBytes` counts all batches that have their place in it,
 * those included that are only in the log's tail yet; the file may be longer after a crash.
 */
export class Segment {
  readonly baseOffset: number;
  readonly path: string;
  endOffset: number;
  sizeBytes: number;
  maxTimestampMs: number;
  /** When its first batch came, by the broker's clock; 0 while it is empty. */
  firstAppendMs: number;
  /** Whether the file has to be made, or cut where the segment ends, before it is written to. */
  file: "new" | "uncut" | "clean";
  #indexes: Indexes | null;

  /** A new, empty segment of the log in `directory`. */
  static create(directory: string, baseOffset: number): Segment {
    const empty = { baseOffset, endOffset: baseOffset, sizeBytes: 0 };
    const segment = new Segment(directory, { ...empty, maxTimestampMs: -1, firstAppendMs: 0 });
    segment.file = "new";
    segment.#indexes = emptyIndexes();
    return segment;
  }

  /** A segment whose file is there, with this much in it. */
  constructor(directory: string, state: SegmentState) {
    this.baseOffset = state.baseOffset;
    this.path = `${directory}/${digits20(state.baseOffset)}`;
    this.endOffset = state.endOffset;
    this.sizeBytes = state.sizeBytes;
    this.maxTimestampMs = state.maxTimestampMs;
    this.firstAppendMs = state.firstAppendMs;
    this.file = state.sizeBytes > 0 ? "uncut" : "new";
    this.#indexes = null;
  }

  get logPath(): string {
    return `${this.path}.log`;
  }

  get indexPath(): string {
    return `${this.path}.index`;
  }

  get timeIndexPath(): string {
    return `${this.path}.timeindex`;
  }

  /** Gives the stamped batch at `at` its place behind the last one; returns the position. */
  admit(disk: Disk, buffer: Uint8Array, at: number, sizeBytes: number, nowMs: number): number {
    const { offsets, times } = this.indexes(disk);
    const position = this.sizeBytes;
    const relativeBase = baseOffset(buffer, at) - this.baseOffset;
    if (position - offsets.lastPosition >= INDEX_INTERVAL_BYTES) {
      offsets.add(relativeBase, position);
      // Of the time when the entry before was the last: all earlier records are at most so old.
      if (this.maxTimestampMs >= 0) times.add(this.maxTimestampMs, relativeBase);
    }
    if (position === 0) this.firstAppendMs = nowMs;
    this.endOffset = lastOffset(buffer, at) + 1;
    this.sizeBytes = position + sizeBytes;
    // A batch that compaction has emptied still tells the time of what it had.
    const timestampMs = recordCount(buffer, at) > 0 ? maxTimestampMs(buffer, at) : -1;
    this.maxTimestampMs = Math.max(this.maxTimestampMs, timestampMs);
    return position;
  }

  /** Takes back what was admitted since the segment was in this state. */
  rewind(disk: Disk, state: SegmentState): void {
    const { offsets, times } = this.indexes(disk);
    offsets.truncate(state.endOffset - this.baseOffset);
    times.truncate(state.endOffset - this.baseOffset);
    this.endOffset = state.endOffset;
    this.sizeBytes = state.sizeBytes;
    this.maxTimestampMs = state.maxTimestampMs;
    this.firstAppendMs = state.firstAppendMs;
  }

  /** The segment's state now. */
  state(): SegmentState {
    const { baseOffset, endOffset, sizeBytes, maxTimestampMs, firstAppendMs } = this;
    return { baseOffset, endOffset, sizeBytes, maxTimestampMs, firstAppendMs };
  }

  /** The indexes, if they are in memory. */
  get loadedIndexes(): Indexes | null {
    return this.#indexes;
  }

  /** The indexes, read from their files the first time. */
  indexes(disk: Disk): Indexes {
    this.#indexes ??= this.#load(disk);
    return this.#indexes;
  }

  /** Puts new indexes in place of those that turned out to be wrong. */
  replaceIndexes(offsets: OffsetIndex, times: TimeIndex): void {
    this.#indexes = { offsets, times, savedOffsets: 0, savedTimes: 0 };
  }

  /** The files have all that the indexes have. */
  indexesSaved(): void {
    if (!this.#indexes) return;
    this.#indexes.savedOffsets = this.#indexes.offsets.length;
    this.#indexes.savedTimes = this.#indexes.times.length;
  }

  /** Forgets the indexes if their files have all of them; they are read again when needed. */
  unloadIndexes(): void {
    const indexes = this.#indexes;
    if (!indexes) return;
    const { offsets, times, savedOffsets, savedTimes } = indexes;
    if (offsets.length === savedOffsets && times.length === savedTimes) this.#indexes = null;
  }

  #load(disk: Disk): Indexes {
    const endOffset = this.endOffset - this.baseOffset;
    const offsets = OffsetIndex.decode(readIfThere(disk, this.indexPath), endOffset);
    const times = TimeIndex.decode(readIfThere(disk, this.timeIndexPath), endOffset);
    return { offsets, times, savedOffsets: offsets.length, savedTimes: times.length };
  }
}

/** Removes a segment's files. */
export function removeSegment(disk: Disk, files: FileCache, segment: Segment): void {
  files.drop(segment.logPath);
  disk.remove(segment.logPath);
  disk.remove(segment.indexPath);
  disk.remove(segment.timeIndexPath);
}

function emptyIndexes(): Indexes {
  return {
    offsets: new OffsetIndex(),
    times: new TimeIndex(),
    savedOffsets: 0,
    savedTimes: 0,
  };
}

function readIfThere(disk: Disk, path: string): Uint8Array {
  return disk.exists(path) ? readWholeFile(disk, path) : new Uint8Array(0);
}
