import type { Log } from "../platform/log.ts";
import { rangeText } from "../storage/errors.ts";
import type { StorageEvents } from "../storage/events.ts";
import type { EventLog } from "./event-log.ts";

/** Tells what the storage tells to the broker's log and to those who watch the broker. */
export function storageEvents(log: Log, events: EventLog): StorageEvents {
  return {
    damaged(partition, range) {
      const { fromOffset, toOffset, path, position, fault } = range;
      const file = { file: path, position, fault };
      log.error("records-damaged", { partition, fromOffset, toOffset, ...file });
      const message = rangeText(range);
      events.add("error", "records-damaged", { subject: partition, message });
    },
  };
}
