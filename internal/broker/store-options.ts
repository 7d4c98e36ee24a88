import type { Platform } from "../platform/platform.ts";
import type { StoreOptions } from "../storage/store-options.ts";
import type { BrokerOptions } from "./broker-options.ts";
import type { EventLog } from "./observability/event-log.ts";
import { storageEvents } from "./observability/storage-events.ts";
import type { BrokerSettings } from "./settings/broker-settings.ts";

/** What of a broker's options its storage is made by. */
type StorageOptions = Pick<BrokerOptions, "dataDirectory" | "log" | "storageLimits">;

/**
 * What the storage of a broker gets of the platform, and of the broker's settings; `damaged` is
 * told of damage besides the `events`.
 */
export function storeOptions(
  { clock, disk, random }: Platform,
  { dataDirectory, log, storageLimits }: StorageOptions,
  settings: BrokerSettings,
  events: EventLog,
  damaged: () => void = () => {},
): StoreOptions {
  return {
    clock,
    disk,
    directory: dataDirectory,
    config: settings.topicDefaults,
    maxOpenFiles: settings.maxOpenFiles,
    minFreeBytes: settings.minFreeBytes,
    compaction: {
      keyMapBytes: settings.compactionKeyBytes,
      bytesPerSecond: settings.compactionBytesPerSecond,
      intervalMs: settings.compactionIntervalMs,
      hashSeed: random.below(2 ** 32),
      log,
    },
    scrub: { bytesPerSecond: settings.scrubBytesPerSecond, intervalMs: settings.scrubIntervalMs },
    events: storageEvents(events, damaged),
    ...(storageLimits && { limits: storageLimits }),
  };
}
