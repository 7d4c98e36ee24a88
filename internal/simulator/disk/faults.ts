import { SimulatedRandom } from "../random.ts";

/** What goes wrong with a disk, as shares of its calls, and how much room it has. */
export interface DiskFaults {
  failedWrites: number;
  failedSyncs: number;
  failedReads: number;
  /** Files that can't be removed, as where a program may not, or has no descriptor left for it. */
  failedRemovals: number;
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
    failedRemovals: 0,
    failsBelow: "/",
    capacityBytes: Number.POSITIVE_INFINITY,
    slowness: 1,
    slowFileSyncs: 1,
    slowFolderSyncs: 1,
    lateReadsMs: 0,
    lateSyncsMs: 0,
  };
}

/** One run in so many has files that can't be removed. */
const RUNS_PER_STUCK_ONE = 12;
/** Tells this chance from others that a seed decides. */
const SALT = 2 ** 48;

/**
 * The share of removals that fail in a seed's run, whatever its weather is: nobody who writes or
 * reads may see that. It is drawn by chance of its own, so that all other runs are as they were.
 */
export function failedRemovalsOf(seed: number): number {
  const random = new SimulatedRandom(SALT + seed);
  return random.below(RUNS_PER_STUCK_ONE) > 0 ? 0 : random.pick([0.05, 0.3, 1]);
}
