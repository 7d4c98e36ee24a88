import type { Clock } from "../../platform/clock.ts";

/** Work goes on for so long before others get their turn. */
const SLICE_MS = 1;

/**
 * Keeps work in the background out of the way of others: a slice of time, then a rest, which is
 * as long as the bound on bytes a second asks for.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  readonly #check: () => void;
  #sliceEndsMs: number;
  /** Until when the bytes so far would have taken at the bound. */
  #paidUntilMs = 0;

  /** `check` is called after each rest; it throws when the work has to end. */
  constructor(clock: Clock, bytesPerSecond: number, check: () => void) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
    this.#check = check;
    this.#sliceEndsMs = clock.monotonicMs() + SLICE_MS;
  }

  /** Notes that so many bytes were read or written; true if a rest is due. */
  spend(bytes: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    const costMs = (bytes / this.#bytesPerSecond) * 1000;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs) + costMs;
    return nowMs >= this.#sliceEndsMs || this.#paidUntilMs >= nowMs + SLICE_MS;
  }

  /** Rests. */
  async rest(): Promise<void> {
    // Less than a millisecond is as good as a turn; what is left of it counts the next time.
    const restMs = Math.max(0, Math.floor(this.#paidUntilMs - this.#clock.monotonicMs()));
    await new Promise<void>((resolve) => this.#clock.after(restMs, resolve));
    this.#sliceEndsMs = this.#clock.monotonicMs() + SLICE_MS;
    this.#check();
  }
}
