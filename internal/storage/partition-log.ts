import type { Disk } from "../platform/disk.ts";
import { HEADER_BYTES } from "../record/layout.ts";
import { CommitQueue } from "./commit-queue.ts";
import { EpochHistory, type EpochStart } from "./epoch-history.ts";
import { checkAdvance, checkCommit } from "./invariants.ts";
import { ProducerTable } from "./producers.ts";
import { KnownDamage } from "./segments/damaged-range.ts";
import { Segment, type SegmentState } from "./segments/segment.ts";
import type { TailRun } from "./tail.ts";

/** When a batch counts as written: on the disk, or in the operating system's memory. */
export type Durability = "fsync" | "memory";

/** A log's settings; the one who opened it may put others in place at any time. */
export interface LogConfig {
  readonly durability: Durability;
  readonly segmentBytes: number;
  /** A segment is closed this long after its first batch. */
  readonly segmentMs: number;
  /** Keeps only the last record of each key; without it, records stay until the log is cut. */
  readonly compaction?: CompactionConfig | undefined;
  /** May use the space that is kept free: what people do to get out of a full disk stands here. */
  readonly usesReserve?: true;
}

/** When a log is compacted, and what stays for how long. */
export interface CompactionConfig {
  /** The share of a log's closed segments that must be dirty, from 0 to 1. */
  readonly minDirtyRatio: number;
  /** A tombstone stays at least so long after it was first cleaned. */
  readonly deleteRetentionMs: number;
  /** Records that are younger stay, whatever comes after them. */
  readonly minLagMs: number;
  /** Segments that are dirty for longer are cleaned whatever the ratio. */
  readonly maxLagMs: number;
}

/** A log's end at some time, to come back to if what is then added can't be written. */
export interface LogMark {
  readonly segmentCount: number;
  readonly lastSegment: SegmentState | null;
  readonly epochs: readonly EpochStart[];
}

/** Of a log whose folder alone was left to tell of it: whoever opens it says which one it is. */
export const UNKNOWN_INCARNATION = "";

/** Relative offsets in an index have 32 bits, positions in a segment too. */
export const MAX_RELATIVE_OFFSET = 2 ** 31 - 1;

/**
 * One partition's batches: a row of segments, the last of which grows, and a tail in memory.
 *
 * The offsets in order: `startOffset` <= `durableOffset` <= `endOffset`. What is between the last
 * two has a place, but can still be lost, so it isn't read but for followers, who make it durable
 * at the same time.
 */
export class PartitionLog {
  /** The number that stands for this log in the journal. */
  readonly id: number;
  /** `orders-0`: the name of its folder. */
  readonly name: string;
  /** Tells this log from an earlier one of the same name: the topic's id. */
  incarnation: string;
  readonly directory: string;
  config: LogConfig;
  /** The disk's size lets segments be no larger. */
  largestSegmentBytes = Number.MAX_SAFE_INTEGER;
  startOffset = 0;
  /** All before this offset is as safe as the log's durability promises. */
  durableOffset = 0;
  /** How often batches were cut off its end since the start: offsets may be others' since then. */
  cutCount = 0;
  /** What a cut has taken out of the row of segments, until its files are removed. */
  cutSegments: readonly Segment[] = [];
  /**
   * The leadership that is known here, of this broker or of another; where it is this one's, it is
   * written into the batches that are appended from now on.
   */
  leaderEpoch = 0;
  /**
   * Up to where every copy that must have a record has it: what is before it is committed. It is
   * what `commitRule` says, and never goes back. After a restart, what the last checkpoint knew.
   */
  highWatermark = 0;
  /** Given what is durable here, what is committed; null: the same, there is no other copy. */
  commitRule: ((durableOffset: number) => number) | null = null;
  /** Those who wait for an offset to be committed. */
  readonly commits = new CommitQueue();
  /** Compaction has been over all before this offset. */
  firstDirtyOffset = 0;
  /** All before this offset is in the segments of the last checkpoint, without the journal. */
  checkpointedOffset = 0;
  /** The change of the row of segments that is under way, until it is in journal and memory. */
  segmentsChange: Promise<void> | null = null;
  removed = false;
  /** Whether the journal or the checkpoint knows of the log; its first batch makes it so. */
  recorded = false;
  /** Whether its folder was looked through for files that aren't its own, and has none. */
  tidied = false;
  segments: Segment[] = [];
  /** The last batches, while they are only in memory and the journal. */
  tail: TailRun[] = [];
  readonly producers = new ProducerTable();
  /** What has been found to be unreadable since the start. */
  readonly damage = new KnownDamage();
  /** Which leader epoch wrote what. */
  readonly epochs = new EpochHistory();
  /** Called when there are batches that are being made durable, or the log begins elsewhere. */
  onWritten: (() => void) | null = null;
  /** Called when `highWatermark` has grown. */
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

  /** The size at which a segment is closed. */
  get segmentBytes(): number {
    return Math.min(this.config.segmentBytes, this.largestSegmentBytes);
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

  /** Runs `change`, which takes segments out of the row, when no other one does. */
  async changeSegments<T>(change: () => Promise<T>): Promise<T> {
    while (this.segmentsChange) await this.segmentsChange;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.segmentsChange = promise;
    try {
      return await change();
    } finally {
      this.segmentsChange = null;
      resolve();
    }
  }

  /** The segment that holds `offset`, or would if it were there. */
  segmentOf(offset: number): Segment | undefined {
    return this.segments[this.segmentIndexOf(offset)];
  }

  /** The first segment that ends behind `offset`: compaction may have taken the offset itself. */
  segmentFrom(offset: number): Segment | undefined {
    const index = this.segmentIndexOf(offset);
    const segment = this.segments[index];
    return segment && segment.endOffset <= offset ? this.segments[index + 1] : segment;
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

  /**
   * Begins a new segment if the log is about to lose everything: then the last one can go, too.
   * It begins at `offset`, which a follower may know of and not have.
   */
  rollBeforeCut(offset: number): void {
    const last = this.segments.at(-1);
    const isEmpty = !last || last.sizeBytes === 0;
    if (offset > this.endOffset || (!isEmpty && offset === last.endOffset)) this.addSegment(offset);
  }

  /** How many segments are wholly before `offset`, not counting the last one, which stays. */
  countEmptied(offset: number): number {
    const { segments } = this;
    let count = 0;
    while (count < segments.length - 1 && (segments[count]?.endOffset ?? 0) <= offset) count++;
    return count;
  }

  /** Takes the segments out of the row that are wholly before the start, and returns them. */
  takeEmptied(): Segment[] {
    this.damage.cutBefore(this.startOffset);
    return this.segments.splice(0, this.countEmptied(this.startOffset));
  }

  mark(): LogMark {
    return {
      segmentCount: this.segments.length,
      lastSegment: this.segments.at(-1)?.state() ?? null,
      epochs: this.epochs.starts,
    };
  }

  /** Gives up every place that was given since `mark`. */
  rewind(disk: Disk, mark: LogMark): void {
    this.segments.length = mark.segmentCount;
    if (mark.lastSegment) this.segments.at(-1)?.rewind(disk, mark.lastSegment);
    this.epochs.restore(mark.epochs);
  }

  /** `endOffset` has become safe here. */
  advance(endOffset: number): void {
    if (endOffset <= this.durableOffset) return;
    checkAdvance(this, endOffset);
    this.durableOffset = endOffset;
    this.applyRule();
  }

  /** Moves the high watermark to where `commitRule` puts it now. */
  applyRule(): void {
    const { durableOffset } = this;
    const committed = this.commitRule ? this.commitRule(durableOffset) : durableOffset;
    if (committed <= this.highWatermark) return;
    checkCommit(this, committed);
    this.highWatermark = committed;
    this.commits.committed(committed);
    this.onAdvance?.();
  }

  #isFull(last: Segment, sizeBytes: number, recordCount: number, nowMs: number): boolean {
    if (last.sizeBytes < HEADER_BYTES) return false;
    if (last.sizeBytes + sizeBytes > this.segmentBytes) return true;
    if (nowMs - last.firstAppendMs >= this.config.segmentMs) return true;
    return last.endOffset + recordCount - last.baseOffset > MAX_RELATIVE_OFFSET;
  }
}
