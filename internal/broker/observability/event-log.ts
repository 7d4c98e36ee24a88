import type { Clock } from "../../platform/clock.ts";
import { DiskError } from "../../platform/disk.ts";
import type { Log, LogFields } from "../../platform/log.ts";
import type { EventFile } from "./event-file.ts";
import type { EventKind } from "./event-kinds.ts";
import type { BrokerEvent } from "./watch-api.ts";

/** How many events are kept; the oldest go. */
export const MAX_EVENTS = 500;

const LOG_LEVELS = { info: "info", warning: "warn", error: "error" } as const;

/** What has happened to the broker lately that people want to know of; the log has it for good. */
export class EventLog {
  readonly #clock: Clock;
  readonly #log: Log;
  #events: BrokerEvent[] = [];
  #next = 1;
  #file: EventFile | null = null;
  /** What is to be written at the end of the turn. */
  #unwritten: BrokerEvent[] = [];
  /** Whether the log knows that events can't be written. */
  #failing = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Goes on behind what a file has of earlier lives, and keeps in it what comes from now on. */
  keepIn(file: EventFile): void {
    const earlier = this.#load(file);
    const first = (earlier.at(-1)?.sequence ?? 0) + 1;
    const present = this.#events.map((event, at) => ({ ...event, sequence: first + at }));
    this.#events = [...earlier, ...present].slice(-MAX_EVENTS);
    this.#next = first + present.length;
    this.#file = file;
    this.#write(present);
  }

  /**
   * Notes what happens now. `subject` is what it happened to: a topic's name, or the broker.
   * `details` are for the log only.
   */
  add(
    severity: BrokerEvent["severity"],
    kind: EventKind,
    { subject, message }: Pick<BrokerEvent, "subject" | "message">,
    details: LogFields = {},
  ): void {
    this.remember(severity, kind, { subject, message });
    const named = subject === "" ? {} : { subject };
    this.#log[LOG_LEVELS[severity]](kind, { ...named, message, ...details });
  }

  /** Notes what happens now, and that the log is told otherwise. */
  remember(
    severity: BrokerEvent["severity"],
    kind: EventKind,
    { subject, message }: Pick<BrokerEvent, "subject" | "message">,
  ): void {
    const atMs = this.#clock.nowMs();
    const event = { sequence: this.#next++, atMs, severity, kind, subject, message };
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
    if (this.#file) this.#write([event]);
  }

  /** Writes what is to be written now: the turn may have no end. */
  flush(): void {
    const unwritten = this.#unwritten;
    this.#unwritten = [];
    if (unwritten.length === 0) return;
    try {
      this.#file?.append(unwritten);
      this.#failing = false;
    } catch (error) {
      this.#notKept(error);
    }
  }

  /** The events behind the one with this number, the oldest first. */
  after(sequence: number): readonly BrokerEvent[] {
    const from = this.#events.findLastIndex((event) => event.sequence <= sequence);
    return this.#events.slice(from + 1);
  }

  #load(file: EventFile): BrokerEvent[] {
    try {
      return file.load(MAX_EVENTS);
    } catch (error) {
      this.#notKept(error);
      return [];
    }
  }

  /** Has events written at the end of the turn, all of them at once. */
  #write(events: readonly BrokerEvent[]): void {
    const isScheduled = this.#unwritten.length > 0;
    this.#unwritten.push(...events);
    if (!isScheduled && events.length > 0) this.#clock.atEndOfTurn(() => this.flush());
  }

  /** A disk that is full or failing keeps nobody from going on. */
  #notKept(error: unknown): void {
    if (!(error instanceof DiskError)) throw error;
    if (!this.#failing) this.#log.warn("events-not-kept", { cause: error.message });
    this.#failing = true;
  }
}
