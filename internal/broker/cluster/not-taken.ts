import { StorageError } from "../../storage/errors.ts";
import { BrokerError } from "../errors.ts";
import type { EventLog } from "../observability/event-log.ts";

/** Tells people what of etcd's word can't be read, or done here: once, however often it is so. */
export class NotTaken {
  readonly #events: EventLog;
  #told = "";
  #unreadable: ReadonlySet<string> = new Set();

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

  /** These keys can't be read now, each for a reason. */
  unreadable(why: ReadonlyMap<string, string>): void {
    const before = this.#unreadable;
    if (why.size + before.size === 0) return;
    this.#unreadable = new Set(why.keys());
    const [first, ...others] = [...why.keys()].filter((key) => !before.has(key));
    if (first !== undefined) {
      const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
      const message = `what etcd has at ${first}${more} is passed over: ${why.get(first)}`;
      this.#events.add("error", "metadata-unreadable", { subject: "", message });
    } else if (why.size === 0) {
      const message = "all that etcd has of the cluster can be read again";
      this.#events.add("info", "metadata-readable", { subject: "", message });
    }
  }
}
