import type { RefusalCounts } from "../broker/observability/refusal-counts.ts";
import type { Log } from "../platform/log.ts";

/** A log that counts what doors warn of: each warning is a client that was turned away. */
export function countedLog(log: Log, refusals: RefusalCounts): Log {
  return {
    info: (event, fields) => log.info(event, fields),
    warn: (event, fields) => {
      refusals.add(event, typeof fields.count === "number" ? fields.count : 1);
      log.warn(event, fields);
    },
    error: (event, fields) => log.error(event, fields),
  };
}
