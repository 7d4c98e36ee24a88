import type { Clock } from "../platform/clock.ts";
import type { Log, LogFields } from "../platform/log.ts";
import type { BrokerEvent } from "./watch-api.ts";

/** How many events are kept; the oldest go. */
export const MAX_EVENTS = 500;

const LOG_LEVELS = { info: "info", warning: "warn", error: "error" } as const;

/** What has happened to the broker lately that people want to know of; the log has it for good. */
export class EventLog {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #events: BrokerEvent[] = [];
  #next = 1;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Notes what happens now. `subject` is what it happened to: a topic's name, or the broker.
   * `details` are for the log only.
   */
  add(
    severity: BrokerEvent["severity"],
    kind: string,
    { subject, message }: Pick<BrokerEvent, "subject" | "message">,
    details: LogFields = {},
  ): void {
    const atMs = this.#clock.nowMs();
    const event = { sequence: this.#next++, atMs, severity, kind, subject, message };
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
    const named = subject === "" ? {} : { subject };
    this.#log[LOG_LEVELS[severity]](kind, { ...named, message, ...details });
  }

  /** The events behind the one with this number, the oldest first. */
  after(sequence: number): readonly BrokerEvent[] {
    const first = this.#next - this.#events.length;
    return this.#events.slice(Math.max(0, sequence + 1 - first));
  }
}
