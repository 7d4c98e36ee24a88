import type { LogStore } from "../storage/log-store.ts";

/** What a broker's status says of its storage: how much there is, and whether it takes writes. */
export function storageStatus(store: LogStore) {
  let logSizeBytes = 0;
  let damagedRanges = 0;
  for (const { sizeBytes, damage } of store.logs.values()) {
    logSizeBytes += sizeBytes;
    damagedRanges += damage.ranges.length;
  }
  return {
    logSizeBytes,
    journalSizeBytes: store.journalSizeBytes,
    writable: store.refusal === null,
    writeRefusal: store.refusal?.message ?? null,
    damagedRanges,
    scrub: store.scrubber.status,
  };
}
