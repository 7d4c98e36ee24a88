/** What goes wrong with a disk, as shares of its calls, and how much room it has. */
export interface DiskFaults {
  failedWrites: number;
  failedSyncs: number;
  failedReads: number;
  /** All that may be written; further bytes find the disk full. */
  capacityBytes: number;
  /** How many times slower than usual the device is. */
  slowness: number;
}

/** A disk that does what it should. */
export function noFaults(): DiskFaults {
  return {
    failedWrites: 0,
    failedSyncs: 0,
    failedReads: 0,
    capacityBytes: Number.POSITIVE_INFINITY,
    slowness: 1,
  };
}
