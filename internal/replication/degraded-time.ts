import type { Clock } from "../platform/clock.ts";

/** So many spans are remembered. */
const REMEMBERED_SPANS = 100;

/** A time during which acks left while a copy that should have been in sync wasn't. */
export interface DegradedSpan {
  /** By the clock for people. */
  readonly startMs: number;
  /** null while it lasts. */
  readonly endMs: number | null;
  /** The greatest number of logs that it was about at a time. */
  readonly logCount: number;
  /** Records that were acked while only one copy had them. */
  readonly recordsAckedAlone: number;
}

interface OpenSpan extends DegradedSpan {
  endMs: number | null;
  logCount: number;
  recordsAckedAlone: number;
}

/** Told when a span begins and when it has ended. */
export type OnDegraded = (span: DegradedSpan) => void;

/** Keeps account of the times in which a leader went on without a synchronous copy. */
export class DegradedTime {
  onChange: OnDegraded | null = null;
  readonly #clock: Clock;
  readonly #logs = new Set<object>();
  #spans: OpenSpan[] = [];
  #open: OpenSpan | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** All spans that are remembered, oldest first. */
  get spans(): readonly DegradedSpan[] {
    return this.#spans;
  }

  /** The span that lasts; null while nothing is degraded. */
  get current(): DegradedSpan | null {
    return this.#open;
  }

  /** A log is degraded, or isn't any more. */
  set(log: object, degraded: boolean): void {
    if (this.#logs.has(log) === degraded) return;
    if (degraded) this.#logs.add(log);
    else this.#logs.delete(log);
    if (this.#logs.size === 0) this.close();
    else if (this.#open) this.#open.logCount = Math.max(this.#open.logCount, this.#logs.size);
    else this.#begin();
  }

  /** Records were acked that only the leader has. */
  ackedAlone(records: number): void {
    if (this.#open) this.#open.recordsAckedAlone += records;
  }

  /** Ends the span that lasts. */
  close(): void {
    const span = this.#open;
    if (!span) return;
    span.endMs = this.#clock.nowMs();
    this.#open = null;
    this.onChange?.(span);
  }

  #begin(): void {
    const span = { startMs: this.#clock.nowMs(), endMs: null, logCount: 1, recordsAckedAlone: 0 };
    this.#open = span;
    this.#spans = [...this.#spans, span].slice(-REMEMBERED_SPANS);
    this.onChange?.(span);
  }
}
