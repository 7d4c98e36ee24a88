import type { Disk } from "../../platform/disk.ts";
import { baseOffset, lastOffset, partitionLeaderEpoch } from "../../record/batch.ts";
import { digits20 } from "../layout.ts";
import { loadIndexes } from "./index-files.ts";
import {
  addBehind,
  emptyIndexes,
  type Indexes,
  indexBatch,
  laterTimestamp,
  NOTHING_SAVED,
  type SavedIndexes,
  savedOf,
} from "./indexes.ts";

/** What must be known of a segment to open it without reading it. */
export interface SegmentState {
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  readonly firstAppendMs: number;
  /** Whether its batches may leave out offsets between them, as compacted ones do. */
  readonly hasGaps: boolean;
  /** The leader epoch of its last batch; -1 while it is empty. */
  readonly lastEpoch: number;
  /** What its index files hold. */
  readonly saved: SavedIndexes;
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
  hasGaps: boolean;
  lastEpoch: number;
  saved: SavedIndexes;
  /** Whether the file has to be made, or cut where the segment ends, before it is written to. */
  file: "new" | "uncut" | "clean";
  #indexes: Indexes | null;

  /** A new, empty segment of the log in `directory`. */
  static create(directory: string, baseOffset: number): Segment {
    const segment = new Segment(directory, {
      baseOffset,
      endOffset: baseOffset,
      sizeBytes: 0,
      maxTimestampMs: -1,
      firstAppendMs: 0,
      hasGaps: false,
      lastEpoch: -1,
      saved: NOTHING_SAVED,
    });
    segment.file = "new";
    segment.#indexes = emptyIndexes(true);
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
    this.hasGaps = state.hasGaps;
    this.lastEpoch = state.lastEpoch;
    this.saved = state.saved;
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

  /** All files of the segment. */
  get paths(): readonly string[] {
    return [this.logPath, this.indexPath, this.timeIndexPath];
  }

  /** Gives the stamped batch at `at` its place behind the last one; returns the position. */
  admit(disk: Disk, buffer: Uint8Array, at: number, sizeBytes: number, nowMs: number): number {
    const position = this.sizeBytes;
    const indexes = this.indexes(disk);
    indexBatch(indexes, this.baseOffset, position, this.maxTimestampMs, buffer, at);
    if (position === 0) this.firstAppendMs = nowMs;
    if (baseOffset(buffer, at) !== this.endOffset) this.hasGaps = true;
    this.endOffset = lastOffset(buffer, at) + 1;
    this.sizeBytes = position + sizeBytes;
    this.maxTimestampMs = laterTimestamp(this.maxTimestampMs, buffer, at);
    this.lastEpoch = partitionLeaderEpoch(buffer, at);
    return position;
  }

  /** Gives its place to a batch that is lost: it ends before `endOffset`, and can't be read. */
  leaveOut(sizeBytes: number, endOffset: number): void {
    this.sizeBytes += sizeBytes;
    this.endOffset = endOffset;
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
    this.hasGaps = state.hasGaps;
    this.lastEpoch = state.lastEpoch;
    if (offsets.length < this.saved.offsets || times.length < this.saved.times) {
      this.saved = NOTHING_SAVED;
    }
  }

  /** The segment's state now. */
  state(): SegmentState {
    const { baseOffset, endOffset, sizeBytes, maxTimestampMs, firstAppendMs } = this;
    const { hasGaps, lastEpoch, saved } = this;
    const size = { baseOffset, endOffset, sizeBytes };
    return { ...size, maxTimestampMs, firstAppendMs, hasGaps, lastEpoch, saved };
  }

  /** The indexes, if they are in memory. */
  get loadedIndexes(): Indexes | null {
    return this.#indexes;
  }

  /** The indexes, read from their files the first time. */
  indexes(disk: Disk): Indexes {
    this.#indexes ??= loadIndexes(disk, this);
    return this.#indexes;
  }

  /**
   * Puts indexes in place that were made anew from the segment's first `sizeBytes`, up to
   * `endOffset`; what has come behind since then is added.
   */
  replaceIndexes(rebuilt: Indexes, sizeBytes: number, endOffset: number): void {
    if (this.#indexes) addBehind(rebuilt, this.#indexes, sizeBytes, endOffset - this.baseOffset);
    this.#indexes = rebuilt;
    this.saved = NOTHING_SAVED;
  }

  /** The files have all that the indexes have. */
  indexesSaved(): void {
    if (this.#indexes) this.saved = savedOf(this.#indexes);
  }

  /** Forgets the indexes if their files have all of them; they are read again when needed. */
  unloadIndexes(): void {
    const indexes = this.#indexes;
    if (!indexes) return;
    const { offsets, times, whole } = indexes;
    const isSaved = offsets.length === this.saved.offsets && times.length === this.saved.times;
    if (isSaved || !whole) this.#indexes = null;
  }
}
