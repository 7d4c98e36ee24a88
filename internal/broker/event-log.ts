import type { Clock } from "../platform/clock.ts";
import type { BrokerEvent } from "./watch-api.ts";

/** How many events are kept; the oldest go. */
export const MAX_EVENTS = 500;

/** What has happened to the broker lately that people want to know of. */
export class EventLog {
  readonly #clock: Clock;
  readonly #events: BrokerEvent[] = [];
  #next = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes what happens now. `subject` is what it happened to: a topic's name, or the broker. */
  add(
    severity: BrokerEvent["severity"],
    kind: string,
    { subject, message }: Pick<BrokerEvent, "subject" | "message">,
  ): void {
    const atMs = this.#clock.nowMs();
    this.#events.push({ sequence: this.#next++, atMs, severity, kind, subject, message });
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
  }

  /** The events behind the one with this number, the oldest first. */
  after(sequence: number): readonly BrokerEvent[] {
    const first = this.#next - this.#events.length;
    return this.#events.slice(Math.max(0, sequence + 1 - first));
  }
}
