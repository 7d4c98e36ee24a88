import { runMicrotasks } from "../platform/testing/microtasks.ts";
import type { SimulatedRandom } from "./random.ts";

/** Something that is going to happen. */
export interface ScheduledEvent {
  readonly dueMs: number;
  /** Decides between events of the same time. */
  readonly rank: number;
  work: (() => void) | null;
}

/**
 * Virtual time: events happen one by one, each at its time, those of the same time in an order
 * that the seed decides. All promise callbacks that an event makes due run before the next event.
 */
export class Scheduler {
  readonly #random: SimulatedRandom;
  /** A heap: each event comes before the two at twice its place. */
  readonly #events: ScheduledEvent[] = [];
  #nowMs = 0;

  constructor(random: SimulatedRandom) {
    this.#random = random;
  }

  /** Virtual milliseconds since the beginning. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets `work` happen `delayMs` from now. It is called off by setting the event's `work` null. */
  after(delayMs: number, work: () => void): ScheduledEvent {
    const rank = this.#random.below(2 ** 32);
    const event = { dueMs: this.#nowMs + Math.max(0, delayMs), rank, work };
    const events = this.#events;
    let at = events.length;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = events[above];
      if (!parent || !isBefore(event, parent)) break;
      events[at] = parent;
      at = above;
    }
    events[at] = event;
    return event;
  }

  /** Lets the next event happen; false if there is none. Throws what the event throws. */
  step(): boolean {
    for (let event = this.#take(); event; event = this.#take()) {
      const { work, dueMs } = event;
      if (!work) continue;
      event.work = null;
      this.#nowMs = Math.max(this.#nowMs, dueMs);

      work();
      runMicrotasks();
      return true;
    }
    return false;
  }

  #take(): ScheduledEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (!last || events.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = events[below];
      const other = events[below + 1];
      if (child && other && isBefore(other, child)) {
        child = other;
        below++;
      }
      if (!child || !isBefore(child, last)) break;
      events[at] = child;
      at = below;
    }
    events[at] = last;
    return first;
  }
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.rank < b.rank);
}
