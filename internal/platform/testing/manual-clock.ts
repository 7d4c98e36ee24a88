import type { Clock, Timer } from "../clock.ts";

/** A clock for tests: time stands still until `advance`, turns of the event loop go on. */
export interface ManualClock extends Clock {
  /** Lets `ms` pass and fires the timers that are due by then, in the order of their times. */
  advance(ms: number): void;
  /** Timers that are set for a later time. */
  readonly pendingTimers: number;
}

/** What is waiting for its time. */
interface Pending {
  readonly dueMs: number;
  readonly work: () => void;
}

/** A clock that begins at `startMs`. Timers without a delay fire in the next turn. */
export function manualClock(startMs = 1_700_000_000_000): ManualClock {
  let nowMs = startMs;
  const timers = new Set<Pending>();
  let endOfTurn: (() => void)[] = [];

  function runEndOfTurn(): void {
    for (const work of endOfTurn) work(); // what is handed in meanwhile is at the list's end
    endOfTurn = [];
  }

  function after(delayMs: number, work: () => void): Timer {
    if (delayMs <= 0) {
      const immediate = setImmediate(work);
      return { cancel: () => clearImmediate(immediate) };
    }
    const pending: Pending = { dueMs: nowMs + delayMs, work };
    timers.add(pending);
    return { cancel: () => timers.delete(pending) };
  }

  function advance(ms: number): void {
    const untilMs = nowMs + ms;
    for (;;) {
      let first: Pending | null = null;
      for (const timer of timers) {
        if (timer.dueMs <= untilMs && (first === null || timer.dueMs < first.dueMs)) first = timer;
      }
      if (first === null) break;
      timers.delete(first);
      nowMs = Math.max(nowMs, first.dueMs);
      first.work();
    }
    nowMs = untilMs;
  }

  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    after,
    atEndOfTurn(work) {
      if (endOfTurn.push(work) === 1) setImmediate(runEndOfTurn);
    },
    advance,
    get pendingTimers() {
      return timers.size;
    },
  };
}
