import type { Clock } from "../platform/clock.ts";
import type { Disk } from "../platform/disk.ts";
import type { CompactionSettings } from "./compaction/compactor.ts";
import type { StorageEvents } from "./events.ts";
import type { StorageLimits } from "./limits.ts";
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
  /** Writes are refused when less is free: what is in memory must still find its place. */
  readonly minFreeBytes: number;
  readonly compaction: CompactionSettings;
  readonly scrub: ScrubSettings;
  /** Other bounds than a broker's, for tests. */
  readonly limits?: StorageLimits;
  /** Whether to go on without what is lost for good; else the storage refuses to open. */
  readonly acceptLosses?: true;
  /** Told of what people should know; nobody is, if left out. */
  readonly events?: StorageEvents;
}
