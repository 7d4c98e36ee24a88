import type { Arrivals } from "./arrivals.ts";
import { type CommitTrack, KEPT_MS } from "./commit-track.ts";

/** Speeds are means over so long: bursts and pauses of seconds are evened out. */
const WINDOW_MS = KEPT_MS;
/** Who wrote so many times faster before the group began to read made a flood that is over. */
const FLOOD_TIMES = 2;

/** A partition that somebody reads: how far he is behind, and how both come along. */
export interface ReadPartition {
  readonly track: CommitTrack;
  readonly lag: number;
  readonly highWatermark: number;
  readonly arrivals: Pick<Arrivals, "beganMs" | "cameAtMs" | "endAt">;
}

/**
 * In how long somebody will have read all of his partitions, in milliseconds; null while that can't
 * be told, or for never: the lag that his last commit left, divided by how much faster he reads
 * than is written. He may read them in turn: so speeds are those of all together.
 */
export function drainMs(partitions: readonly ReadPartition[], nowMs: number): number | null {
  const lastMs = Math.max(...partitions.map(({ track }) => track.lastMs));
  const stillMs = Math.min(...partitions.map(({ track }) => track.stillMs));
  if (nowMs - lastMs > stillMs) return null;
  const active = partitions.filter(({ track }) => lastMs - track.lastMs <= stillMs);
  const fromMs = Math.max(nowMs - WINDOW_MS, resumedMs(active));
  const readFromMs = Math.max(fromMs, behindSinceMs(partitions));
  if (lastMs <= readFromMs) return null;
  const read = sum(partitions, (each) => {
    return each.track.readSince(readFromMs, endAtMost(each, readFromMs));
  });
  const readPerMs = read / (lastMs - readFromMs);
  const lately = writtenPerMsSince(partitions, fromMs, nowMs);
  const usually = writtenPerMsSince(partitions, nowMs - WINDOW_MS, nowMs);
  const writtenPerMs = usually > lately * FLOOD_TIMES ? lately : usually;
  if (readPerMs <= writtenPerMs) return null;
  const sinceLastMs = nowMs - lastMs;
  const lagThen = sum(partitions, ({ lag }) => lag) - writtenPerMs * sinceLastMs;
  return Math.max(0, lagThen / (readPerMs - writtenPerMs) - sinceLastMs);
}

/** How fast all are written, each since then or since it has been watched. */
function writtenPerMsSince(
  partitions: readonly ReadPartition[],
  sinceMs: number,
  nowMs: number,
): number {
  return sum(partitions, ({ track, highWatermark, arrivals }) => {
    const fromMs = Math.max(sinceMs, Math.min(track.beganMs, arrivals.beganMs));
    return (highWatermark - arrivals.endAt(fromMs)) / Math.max(1, nowMs - fromMs);
  });
}

/** Since when he has read without a standstill. */
function resumedMs(active: readonly ReadPartition[]): number {
  return Math.min(...active.map(({ track }) => track.resumedMs));
}

/** Since when there has always been more to read: who waits for records shows no speed. */
function behindSinceMs(partitions: readonly ReadPartition[]): number {
  return Math.min(...partitions.filter(({ lag }) => lag > 0).map(fellBehindMs));
}

/** When the first record came after he had read all of the partition; minus infinity: unknown. */
function fellBehindMs({ track: { caughtUpOffset }, arrivals }: ReadPartition): number {
  const cameAtMs = caughtUpOffset === null ? null : arrivals.cameAtMs(caughtUpOffset);
  return cameAtMs ?? Number.NEGATIVE_INFINITY;
}

/** No further than that can the partition have been read at that time. */
function endAtMost(partition: ReadPartition, atMs: number): number {
  const { track, highWatermark } = partition;
  return atMs <= fellBehindMs(partition) ? (track.caughtUpOffset ?? 0) : highWatermark;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
