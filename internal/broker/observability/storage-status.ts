import type { LogStore } from "../../storage/log-store.ts";
import type { LogSums } from "../topics/log-totals.ts";

/** What a broker's status says of its storage: how much there is, and how it is. */
export function storageStatus(store: LogStore, { logSizeBytes, damagedRanges }: LogSums) {
  return {
    logSizeBytes,
    journalSizeBytes: store.journalSizeBytes,
    damagedRanges,
    scrub: store.scrubber.status,
  };
}
