import type { Clock, Timer } from "../platform/clock.ts";
import type { SimulatedRandom } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

/** Where the wall clock of a simulation stands at first. */
const START_MS = 1_700_000_000_000;
/** A turn of the event loop lasts so long at most: what happens meanwhile is part of the turn. */
const TURN_MS = 0.2;

/**
 * The clock of one process: when the process ends, its timers never fire.
 *
 * The wall clock may jump (`skewMs`), the monotonic one doesn't.
 */
export class SimulatedClock implements Clock {
  /** How far the wall clock is off. */
  skewMs = 0;
  readonly #scheduler: Scheduler;
  readonly #random: SimulatedRandom;
  #endOfTurn: (() => void)[] = [];
  #halted = false;
  #pendingTimers = 0;

  constructor(scheduler: Scheduler, random: SimulatedRandom) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  nowMs(): number {
    return Math.floor(START_MS + this.#scheduler.nowMs + this.skewMs);
  }

  monotonicMs(): number {
    return this.#scheduler.nowMs;
  }

  after(delayMs: number, work: () => void): Timer {
    this.#pendingTimers++;
    const event = this.#scheduler.after(delayMs, () => {
      this.#pendingTimers--;
      if (!this.#halted) work();
    });
    return {
      cancel: () => {
        // Its work is null once it has happened, too.
        if (event.work) this.#pendingTimers--;
        event.work = null;
      },
    };
  }

  /** Timers that are set for a later time. */
  get pendingTimers(): number {
    return this.#pendingTimers;
  }

  atEndOfTurn(work: () => void): void {
    if (this.#endOfTurn.push(work) > 1) return;
    const lastsMs = this.#random.chance(0.5) ? 0 : this.#random.fraction() * TURN_MS;
    this.after(lastsMs, () => {
      for (const each of this.#endOfTurn) each(); // what is handed in meanwhile is at its end
      this.#endOfTurn = [];
    });
  }

  /** The process has ended. */
  halt(): void {
    this.#halted = true;
  }
}
