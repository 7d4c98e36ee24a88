import type { BrokerActivity } from "../../internal/client/api.ts";

/** With less free space than so many times what must stay free, the disk is low. */
const LOW_SHARE = 4;
/** A disk that is full sooner than this is low, too. */
const SOON_MS = 3_600_000;

/** Whether a disk is about to be full. */
export interface DiskSpace {
  readonly isLow: boolean;
  /** Until writes are refused, if they go on as they do; null: they don't fill it. */
  readonly fullInMs: number | null;
}

/** How a broker's disk is. A journal's files are used again: only segments fill the disk. */
export function diskSpace({ diskFreeBytes, diskReserveBytes, rates }: BrokerActivity): DiskSpace {
  const bytesPerSecond = rates?.bytesInPerSecond ?? 0;
  const leftBytes = Math.max(0, diskFreeBytes - diskReserveBytes);
  const fullInMs = bytesPerSecond > 0 ? (leftBytes / bytesPerSecond) * 1000 : null;
  const isLow = diskFreeBytes < LOW_SHARE * diskReserveBytes;
  return { isLow: isLow || (fullInMs !== null && fullInMs < SOON_MS), fullInMs };
}
