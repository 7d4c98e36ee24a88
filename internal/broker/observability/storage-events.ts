import { rangeText } from "../../storage/errors.ts";
import type { StorageEvents } from "../../storage/events.ts";
import type { EventLog } from "./event-log.ts";

/** Writes down what the storage tells. */
export function storageEvents(events: EventLog, damaged: () => void): StorageEvents {
  return {
    damaged(partition, range) {
      const { fromOffset, toOffset, path, position, fault } = range;
      const happened = { subject: partition, message: rangeText(range) };
      const place = { fromOffset, toOffset, file: path, position, fault };
      events.add("error", "records-damaged", happened, place);
      damaged();
    },
    rebuilt(path) {
      const message = `${path} was damaged, and was made anew; nothing is lost`;
      events.add("warning", "file-rebuilt", { subject: "", message }, { file: path });
    },
    notRemoved(path, why) {
      const message = `${why}; nothing needs it any more, it only takes space`;
      events.add("warning", "file-not-removed", { subject: "", message }, { file: path });
    },
    diskLow(freeBytes, minFreeBytes) {
      const refused = `writes are refused below ${mebibytes(minFreeBytes)}`;
      const message = `the disk has ${mebibytes(freeBytes)} left; ${refused}`;
      events.add("warning", "disk-low", { subject: "", message }, { freeBytes, minFreeBytes });
    },
  };
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}
