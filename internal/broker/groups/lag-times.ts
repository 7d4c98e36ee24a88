import type { GroupChange } from "../../coordination/changes.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ChangeListener } from "../topics/changes.ts";
import type { Partition } from "../topics/partition.ts";
import { CommitTrack } from "./commit-track.ts";
import { drainMs, type ReadPartition } from "./drain-time.ts";
import type { GroupProgress } from "./group-status.ts";

/** How far a group is behind in a partition, as time. Milliseconds; -1: not known. */
export interface LagTime {
  /** How long ago the first record came that it hasn't read; 0 if it has read all. */
  readonly lagMs: number;
  /** In how long it will have read all, at the speeds of the last minute; -1 also for never. */
  readonly drainMs: number;
}

/** Nobody can tell. */
export const UNKNOWN_LAG_TIME: LagTime = { lagMs: -1, drainMs: -1 };

/**
 * Tells lags as time. Of partitions it remembers when records came (`Arrivals`), of groups how
 * fast they commit (`CommitTrack`); both by this broker's clock.
 */
export class LagTimes implements ChangeListener {
  readonly #clock: Clock;
  readonly #partition: (topic: string, index: number) => Partition | undefined;
  /** By group, topic and partition. */
  readonly #tracks = new Map<string, Map<string, CommitTrack>>();

  constructor(clock: Clock, partition: (topic: string, index: number) => Partition | undefined) {
    this.#clock = clock;
    this.#partition = partition;
  }

  /** A partition's records have come, or were read. */
  partitionChanged({ arrivals, highWatermark }: Partition): void {
    arrivals.note(this.#clock.monotonicMs(), highWatermark);
  }

  topicAdded(): void {}
  topicChanged(): void {}
  topicRemoved(): void {}

  /** A group has committed an offset, or forgotten one; other changes are none of ours. */
  groupChanged(change: GroupChange): void {
    if (change.kind !== "offset") return;
    const { groupId, topic, partition, committed } = change;
    const place = `${topic}:${partition}`;
    const tracks = this.#tracks.get(groupId) ?? new Map<string, CommitTrack>();
    if (committed === null) {
      tracks.delete(place);
      if (tracks.size === 0) this.#tracks.delete(groupId);
      return;
    }
    this.#tracks.set(groupId, tracks);
    const nowMs = this.#clock.monotonicMs();
    const track = tracks.get(place);
    const { offset } = committed;
    const endOffset = this.#partition(topic, partition)?.highWatermark ?? Number.POSITIVE_INFINITY;
    if (track) track.note(nowMs, offset, endOffset);
    else tracks.set(place, new CommitTrack(nowMs, offset, endOffset));
  }

  /** Another broker leads the groups, or this one does anew: what they did is forgotten. */
  forgetGroups(): void {
    this.#tracks.clear();
  }

  /** The lag of a group in a partition. */
  of(groupId: string, progress: GroupProgress): LagTime {
    if (progress.lag === 0) return { lagMs: 0, drainMs: 0 };
    return { lagMs: this.#lagMs(progress), drainMs: this.#drainMs(groupId, [progress]) };
  }

  /**
   * The lag of a group in partitions whose lag is known: that of the one that is furthest behind.
   * It will have read all when the last of its members has; if of one that is not known, neither is
   * that. Partitions without a member are taken to be of one.
   */
  ofGroup(groupId: string, progress: readonly GroupProgress[]): LagTime {
    if (progress.every(({ lag }) => lag === 0)) return { lagMs: 0, drainMs: 0 };
    const lagMs = Math.max(...progress.map((each) => (each.lag === 0 ? 0 : this.#lagMs(each))));
    const byMember = Map.groupBy(progress, ({ memberId }) => memberId);
    const drains = [...byMember.values()].map((ofOne) => this.#drainMs(groupId, ofOne));
    return { lagMs, drainMs: drains.includes(-1) ? -1 : Math.max(...drains) };
  }

  #lagMs({ topic, partition: index, lag, committedOffset, logStartOffset }: GroupProgress): number {
    const partition = this.#partition(topic, index);
    if (lag < 0 || !partition) return -1;
    return this.#ageMs(partition, Math.max(committedOffset, logStartOffset));
  }

  /** In how long one member will have read its partitions; -1: not known, or never. */
  #drainMs(groupId: string, progress: readonly GroupProgress[]): number {
    const tracks = this.#tracks.get(groupId);
    const read: ReadPartition[] = [];
    for (const { topic, partition: index, lag, memberId } of progress) {
      const track = tracks?.get(`${topic}:${index}`);
      const partition = this.#partition(topic, index);
      if (track && partition && lag >= 0) {
        // No member is known to come to it in turn: only its own commits tell that it is read.
        if (memberId === null && lag > 0 && track.lastMs === track.beganMs) return -1;
        const { arrivals, highWatermark } = partition;
        read.push({ track, lag, highWatermark, arrivals });
      } else if (lag !== 0) return -1;
    }
    if (read.every(({ lag }) => lag === 0)) return 0;
    return Math.round(drainMs(read, this.#clock.monotonicMs()) ?? -1);
  }

  /** How long ago a record came. */
  #ageMs({ arrivals, log }: Partition, offset: number): number {
    const cameAtMs = arrivals.cameAtMs(offset);
    if (cameAtMs !== null) return Math.round(this.#clock.monotonicMs() - cameAtMs);
    // It was written before this start. Segments know when their first batch came; between two of
    // them we take it that records came evenly, and up to the last known time in the last one.
    const segment = log.segments.findLast(({ baseOffset }) => baseOffset <= offset);
    if (!segment || segment.firstAppendMs <= 0) return -1;
    const nowMs = this.#clock.nowMs();
    const next = log.segments.find(({ baseOffset }) => baseOffset > segment.baseOffset);
    const lastMs = next?.firstAppendMs || Math.min(nowMs, segment.maxTimestampMs);
    const endOffset = Math.min(segment.endOffset, next ? segment.endOffset : arrivals.firstOffset);
    const share = (offset - segment.baseOffset) / Math.max(1, endOffset - segment.baseOffset);
    const spreadMs = Math.max(0, lastMs - segment.firstAppendMs);
    return Math.max(0, Math.round(nowMs - (segment.firstAppendMs + share * spreadMs)));
  }
}
