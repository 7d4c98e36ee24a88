import type { Clock, Timer } from "../platform/clock.ts";

/**
 * How fast a leader sends to copies that are new, over all of its sessions and logs: nobody waits
 * for them, and those who write share the network and the disks with them.
 */
export class CopyPace {
  readonly #clock: Clock;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  /** Until when what was sent so far would have taken at the bound. */
  #paidUntilMs = 0;
  #timer: Timer | null = null;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether something may be sent now. */
  get isFree(): boolean {
    return this.#clock.monotonicMs() >= this.#paidUntilMs;
  }

  /** Sets the bound anew: what was sent before doesn't count any more. */
  limit(bytesPerSecond: number): void {
    if (bytesPerSecond === this.#bytesPerSecond) return;
    this.#bytesPerSecond = bytesPerSecond;
    this.#paidUntilMs = 0;
    this.#timer?.cancel();
    this.#wake();
  }

  /** So many bytes were sent. */
  spend(bytes: number): void {
    const costMs = (bytes / this.#bytesPerSecond) * 1000;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, this.#clock.monotonicMs()) + costMs;
  }

  /** Calls `free` once, when something may be sent again. */
  whenFree(free: () => void): void {
    this.#waiting.add(free);
    if (this.#timer) return;
    const waitMs = Math.max(0, this.#paidUntilMs - this.#clock.monotonicMs());
    this.#timer = this.#clock.after(waitMs, () => this.#wake());
  }

  close(): void {
    this.#timer?.cancel();
    this.#waiting.clear();
  }

  #wake(): void {
    this.#timer = null;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const free of waiting) free();
  }
}
