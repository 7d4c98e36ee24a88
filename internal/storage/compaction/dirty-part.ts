import type { CompactionConfig, PartitionLog } from "../partition-log.ts";
import type { Segment } from "../segments/segment.ts";

/** The part of a log that compaction has not been over, as far as it may go now. */
export interface DirtyPart {
  /** Offsets `[fromOffset, toOffset)`. */
  readonly fromOffset: number;
  readonly toOffset: number;
  /** Bytes of the segments before the dirty part, and of those in it. */
  readonly cleanBytes: number;
  readonly dirtyBytes: number;
  /** When the first record in it came, about. */
  readonly sinceMs: number;
}

/**
 * What of a log can be compacted: its closed segments below `endOffset`, up to the first one that
 * has records younger than the lag. Null if none of it is dirty.
 */
export function dirtyPart(
  log: PartitionLog,
  { minLagMs }: CompactionConfig,
  endOffset: number,
  nowMs: number,
): DirtyPart | null {
  const fromOffset = Math.max(log.firstDirtyOffset, log.startOffset);
  const active = log.segments.at(-1);
  let toOffset = fromOffset;
  let cleanBytes = 0;
  let dirtyBytes = 0;
  let sinceMs = Number.POSITIVE_INFINITY;
  for (const segment of log.segments) {
    if (segment === active || segment.endOffset > endOffset) break;
    if (minLagMs > 0 && newestMs(segment) > nowMs - minLagMs) break;
    if (segment.endOffset <= fromOffset) {
      cleanBytes += segment.sizeBytes;
    } else {
      toOffset = segment.endOffset;
      dirtyBytes += segment.sizeBytes;
      sinceMs = Math.min(sinceMs, segment.firstAppendMs);
    }
  }
  return dirtyBytes > 0 ? { fromOffset, toOffset, cleanBytes, dirtyBytes, sinceMs } : null;
}

/** The share of the part's bytes that is dirty: the more, the more is gained by each byte read. */
export function dirtyRatio({ cleanBytes, dirtyBytes }: DirtyPart): number {
  return dirtyBytes / (cleanBytes + dirtyBytes);
}

/** Whether the part is dirty enough, or has been dirty for too long (as in Kafka; KIP-354). */
export function isDue(part: DirtyPart, config: CompactionConfig, nowMs: number): boolean {
  return dirtyRatio(part) > config.minDirtyRatio || nowMs - part.sinceMs > config.maxLagMs;
}

function newestMs({ maxTimestampMs, firstAppendMs }: Segment): number {
  return maxTimestampMs >= 0 ? maxTimestampMs : firstAppendMs;
}
