import type { LogStore } from "../../storage/log-store.ts";
import type { LogSums } from "../topics/log-totals.ts";

/** What a broker's status says of its storage: how much there is, and whether it takes writes. */
export function storageStatus(store: LogStore, { logSizeBytes, damagedRanges }: LogSums) {
  return {
    logSizeBytes,
    journalSizeBytes: store.journalSizeBytes,
    writable: store.refusal === null,
    writeRefusal: store.refusal?.message ?? null,
    damagedRanges,
    scrub: store.scrubber.status,
  };
}
