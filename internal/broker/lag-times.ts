import type { GroupChange } from "../coordination/changes.ts";
import type { Clock } from "../platform/clock.ts";
import type { ChangeListener } from "./changes.ts";
import { CommitTrack } from "./commit-track.ts";
import type { GroupProgress } from "./group-status.ts";
import type { Partition } from "./partition.ts";

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
    if (track) track.note(nowMs, committed.offset);
    else tracks.set(place, new CommitTrack(nowMs, committed.offset));
  }

  /** Another broker leads the groups, or this one does anew: what they did is forgotten. */
  forgetGroups(): void {
    this.#tracks.clear();
  }

  /** The lag of a group in a partition. */
  of(groupId: string, progress: GroupProgress): LagTime {
    const { topic, partition: index, lag, committedOffset, logStartOffset } = progress;
    if (lag === 0) return { lagMs: 0, drainMs: 0 };
    const partition = this.#partition(topic, index);
    if (lag < 0 || !partition) return UNKNOWN_LAG_TIME;
    const first = Math.max(committedOffset, logStartOffset);
    const track = this.#tracks.get(groupId)?.get(`${topic}:${index}`);
    const drainMs = track ? this.#drainMs(partition, track, lag) : null;
    return { lagMs: this.#ageMs(partition, first), drainMs: Math.round(drainMs ?? -1) };
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

  /** From the last commit on, as that told the lag; null while it can't be told, or for never. */
  #drainMs(partition: Partition, track: CommitTrack, lag: number): number | null {
    const { arrivals, highWatermark } = partition;
    const nowMs = this.#clock.monotonicMs();
    const readPerSecond = track.readPerSecond(nowMs);
    if (readPerSecond === null) return null;
    const written = highWatermark - arrivals.endAt(track.sinceMs);
    const writtenPerSecond = (written * 1000) / Math.max(1, nowMs - track.sinceMs);
    const shrinkingPerSecond = readPerSecond - writtenPerSecond;
    if (shrinkingPerSecond <= 0) return null;
    const sinceMs = nowMs - track.lastMs;
    const lagThen = lag - (writtenPerSecond * sinceMs) / 1000;
    return Math.max(0, (lagThen / shrinkingPerSecond) * 1000 - sinceMs);
  }
}

/**
 * The lag of a group in several partitions: that of the one that is furthest behind. It will have
 * read all when the last of them is done; if of one that is not known, neither is that.
 */
export function totalLagTime(times: readonly LagTime[]): LagTime {
  const isDrainKnown = times.every(({ drainMs }) => drainMs >= 0);
  return {
    lagMs: times.reduce((most, { lagMs }) => Math.max(most, lagMs), times.length > 0 ? -1 : 0),
    drainMs: isDrainKnown ? times.reduce((most, { drainMs }) => Math.max(most, drainMs), 0) : -1,
  };
}
