import type { Disk } from "../platform/disk.ts";
import { HEADER_BYTES } from "../record/layout.ts";
import { ProducerTable } from "./producers.ts";
import { Segment, type SegmentState } from "./segment.ts";

/** When a batch counts as written: on the disk, or in the operating system's memory. */
export type Durability = "fsync" | "memory";

/** A log's settings; the one who opened it may put others in place at any time. */
export interface LogConfig {
  readonly durability: Durability;
  readonly segmentBytes: number;
  /** A segment is closed this long after its first batch. */
  readonly segmentMs: number;
}

/** A batch that has its place in a segment but isn't in its file yet (the journal has it). */
export interface TailBatch {
  readonly segment: Segment;
  readonly position: number;
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly buffer: Uint8Array;
  readonly at: number;
  readonly sizeBytes: number;
}

/** A log's end at some time, to come back to if what is then added can't be written. */
export interface LogMark {
  readonly segmentCount: number;
  readonly lastSegment: SegmentState | null;
}

/** Relative offsets in an index have 32 bits, positions in a segment too. */
const MAX_RELATIVE_OFFSET = 2 ** 31 - 1;

/**
 * One partition's batches: a row of segments, the last of which grows, and a tail in memory.
 *
 * The offsets in order: `startOffset` <= `durableOffset` <= `endOffset`. What is between the last
 * two has a place, but can still be lost, so it isn't read.
 */
export class PartitionLog {
  /** The number that stands for this log in the journal. */
  readonly id: number;
  /** `orders-0`: the name of its folder. */
  readonly name: string;
  /** Tells this log from an earlier one of the same name: the topic's id. */
  readonly incarnation: string;
  readonly directory: string;
  config: LogConfig;
  startOffset = 0;
  /** All before this offset is as safe as the log's durability promises. */
  durableOffset = 0;
  removed = false;
  /** Whether the journal or the checkpoint knows of the log; its first batch makes it so. */
  recorded = false;
  segments: Segment[] = [];
  /** The last batches, while they are only in memory and the journal. */
  tail: TailBatch[] = [];
  readonly producers = new ProducerTable();
  /** Called when `durableOffset` has grown. */
  onAdvance: (() => void) | null = null;

  constructor(id: number, name: string, incarnation: string, logs: string, config: LogConfig) {
    this.id = id;
    this.name = name;
    this.incarnation = incarnation;
    this.directory = `${logs}/${name}`;
    this.config = config;
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.segments.at(-1)?.endOffset ?? this.startOffset;
  }

  /** Bytes in all segments. */
  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  }

  /** The segment for a batch of `sizeBytes` that comes now: the last one, or a new one. */
  segmentFor(sizeBytes: number, recordCount: number, nowMs: number): Segment {
    const last = this.segments.at(-1);
    if (last && !this.#isFull(last, sizeBytes, recordCount, nowMs)) return last;
    return this.addSegment(this.endOffset);
  }

  /** Begins the segment `baseOffset` behind the others. */
  addSegment(baseOffset: number): Segment {
    const segment = Segment.create(this.directory, baseOffset);
    this.segments.push(segment);
    return segment;
  }

  /** The segment that holds `offset`, or would if it were there. */
  segmentOf(offset: number): Segment | undefined {
    return this.segments[this.segmentIndexOf(offset)];
  }

  /** The number of the last segment that begins at or before `offset`; 0 if none does. */
  segmentIndexOf(offset: number): number {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.segments[middle]?.baseOffset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Begins a new segment if the log is about to lose everything: then the last one can go, too. */
  rollBeforeCut(offset: number): void {
    const last = this.segments.at(-1);
    if (last && last.sizeBytes > 0 && offset >= last.endOffset) this.addSegment(last.endOffset);
  }

  /**
   * Takes the segments out of the row that are wholly before the log's start, and returns them.
   * The last segment always stays.
   */
  takeEmptied(): Segment[] {
    const { segments, startOffset } = this;
    let count = 0;
    while (count < segments.length - 1 && (segments[count]?.endOffset ?? 0) <= startOffset) count++;
    return segments.splice(0, count);
  }

  mark(): LogMark {
    return {
      segmentCount: this.segments.length,
      lastSegment: this.segments.at(-1)?.state() ?? null,
    };
  }

  /** Gives up every place that was given since `mark`. */
  rewind(disk: Disk, mark: LogMark): void {
    this.segments.length = mark.segmentCount;
    if (mark.lastSegment) this.segments.at(-1)?.rewind(disk, mark.lastSegment);
  }

  /** `endOffset` has become safe. */
  advance(endOffset: number): void {
    if (endOffset <= this.durableOffset) return;
    this.durableOffset = endOffset;
    this.onAdvance?.();
  }

  #isFull(last: Segment, sizeBytes: number, recordCount: number, nowMs: number): boolean {
    if (last.sizeBytes < HEADER_BYTES) return false;
    if (last.sizeBytes + sizeBytes > this.config.segmentBytes) return true;
    if (nowMs - last.firstAppendMs >= this.config.segmentMs) return true;
    return last.endOffset + recordCount - last.baseOffset > MAX_RELATIVE_OFFSET;
  }
}
