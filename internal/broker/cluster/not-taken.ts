import { StorageError } from "../../storage/errors.ts";
import { BrokerError } from "../errors.ts";
import type { EventLog } from "../observability/event-log.ts";

/** Tells people what of etcd's word can't be done here: once, however often it is tried. */
export class NotTaken {
  readonly #events: EventLog;
  #told = "";

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** All that was said is done. */
  done(): void {
    this.#told = "";
  }

  /** Throws what isn't a disk's refusal. */
  failed(error: unknown): void {
    if (!(error instanceof StorageError || error instanceof BrokerError)) throw error;
    const message = `what etcd says can't be done here yet: ${error.message}`;
    if (message === this.#told) return;
    this.#told = message;
    this.#events.add("error", "roles-not-taken", { subject: "", message });
  }
}
