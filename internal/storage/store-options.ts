import type { Clock } from "../platform/clock.ts";
import type { Disk } from "../platform/disk.ts";
import type { CompactionSettings } from "./compaction/compactor.ts";
import type { StorageEvents } from "./events.ts";
import { limitsFault, limitsFor, type StorageLimits, usualMinFreeBytes } from "./limits.ts";
import type { LogConfig } from "./partition-log.ts";
import type { ScrubSettings } from "./scrub/scrubber.ts";

/** What storage needs and may use. */
export interface StoreOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly directory: string;
  /** For logs whose own settings haven't been told yet. */
  readonly config: LogConfig;
  /** How many files may be kept open. */
  readonly maxOpenFiles: number;
  /**
   * Writes are refused when less is free: what is in memory must still find its place. "usual": as
   * much as a disk of that size has to spare.
   */
  readonly minFreeBytes: number | "usual";
  readonly compaction: CompactionSettings;
  readonly scrub: ScrubSettings;
  /** Other bounds than those that suit the disk's size, for tests. */
  readonly limits?: StorageLimits;
  /** Whether to go on without what is lost for good; else the storage refuses to open. */
  readonly acceptLosses?: true;
  /** Told of what people should know; nobody is, if left out. */
  readonly events?: StorageEvents;
}

/** Options in which nothing is left to the disk's size. */
export interface SizedOptions extends StoreOptions {
  readonly minFreeBytes: number;
  readonly limits: StorageLimits;
}

/** The options with what the size of the disk says, which has the directory already. */
export function sizedOptions(options: StoreOptions): SizedOptions {
  const capacityBytes = options.disk.capacityBytes(options.directory);
  const { minFreeBytes, limits = limitsFor(capacityBytes) } = options;
  const fault = limitsFault(limits);
  if (fault) throw new Error(`the storage's limits don't fit each other: ${fault}`);
  return {
    ...options,
    minFreeBytes: minFreeBytes === "usual" ? usualMinFreeBytes(capacityBytes) : minFreeBytes,
    limits,
  };
}
