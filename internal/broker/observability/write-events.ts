import type { BrokerError } from "../errors.ts";
import { brokerError } from "../storage-errors.ts";
import type { EventLog } from "./event-log.ts";

/** Writes down when the broker begins to refuse writes for reasons of its own, and when no more. */
export class WriteEvents {
  readonly #events: EventLog;
  #refusing = false;

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** A write has failed; returns what the writer is told. */
  refused(error: Error): BrokerError {
    const refusal = brokerError(error);
    const { code, message } = refusal;
    if (!this.#refusing && (code === "storage-full" || code === "storage-failed")) {
      this.#refusing = true;
      this.#events.add("error", "writes-refused", { subject: "", message });
    }
    return refusal;
  }

  /** A write has been done. */
  taken(): void {
    if (!this.#refusing) return;
    this.#refusing = false;
    this.#events.add("info", "writes-resumed", { subject: "", message: "writes are taken again" });
  }
}
