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
  /** How many of its milliseconds pass in one of the simulation's. */
  readonly #rate: number;
  #endOfTurn: (() => void)[] = [];
  #halted = false;
  #pendingTimers = 0;
  /** What waits for a process to go on that was stopped; null: it runs. */
  #waiting: (() => void)[] | null = null;

  constructor(scheduler: Scheduler, random: SimulatedRandom, rate = 1) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#rate = rate;
  }

  nowMs(): number {
    return Math.floor(START_MS + this.#scheduler.nowMs + this.skewMs);
  }

  monotonicMs(): number {
    return this.#scheduler.nowMs * this.#rate;
  }

  after(delayMs: number, work: () => void): Timer {
    this.#pendingTimers++;
    let isSet = true;
    const fire = () => {
      if (!isSet) return;
      isSet = false;
      this.#pendingTimers--;
      if (!this.#halted) work();
    };
    const event = this.#scheduler.after(delayMs / this.#rate, () => this.whenAwake(fire));
    return {
      cancel: () => {
        if (isSet) this.#pendingTimers--;
        isSet = false;
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

  /** The process is stopped: nothing of it happens before it goes on, and time passes. */
  freeze(): void {
    this.#waiting ??= [];
  }

  /** The process goes on. */
  thaw(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const work of waiting) this.#scheduler.after(0, () => this.whenAwake(work));
  }

  /** Does what has come for the process: now, or when it goes on. */
  whenAwake(work: () => void): void {
    if (this.#waiting) this.#waiting.push(work);
    else work();
  }

  /** The process has ended. */
  halt(): void {
    this.#halted = true;
  }
}
