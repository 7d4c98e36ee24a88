/** What goes wrong with a disk, as shares of its calls, and how much room it has. */
export interface DiskFaults {
  failedWrites: number;
  failedSyncs: number;
  failedReads: number;
  /** The bad spot of the disk: nothing outside this path fails. */
  failsBelow: string;
  /** All that may be written; further bytes find the disk full. */
  capacityBytes: number;
  /** How many times slower than usual the device is. */
  slowness: number;
  /** How many times slower than other calls syncs of files are, and syncs of folders. */
  slowFileSyncs: number;
  slowFolderSyncs: number;
  /** How much longer than that reads take, and syncs, in milliseconds. */
  lateReadsMs: number;
  lateSyncsMs: number;
}

/** A disk that does what it should. */
export function noFaults(): DiskFaults {
  return {
    failedWrites: 0,
    failedSyncs: 0,
    failedReads: 0,
    failsBelow: "/",
    capacityBytes: Number.POSITIVE_INFINITY,
    slowness: 1,
    slowFileSyncs: 1,
    slowFolderSyncs: 1,
    lateReadsMs: 0,
    lateSyncsMs: 0,
  };
}
