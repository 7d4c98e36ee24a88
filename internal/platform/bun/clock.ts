import type { Clock, Timer } from "../clock.ts";

/** The longest delay that `setTimeout` keeps to; it fires at once when asked for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's own time.
 *
 * Work that throws at the end of a turn doesn't keep the rest of the turn from its end: what has
 * been promised to others is still done, then the error is thrown where nothing catches it, and
 * the process dies of its broken invariant.
 */
export function bunClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after,
    atEndOfTurn: endOfTurn(),
  };
}

function after(delayMs: number, work: () => void): Timer {
  let rest: Timer | null = null;
  const timer = setTimeout(
    () => {
      if (delayMs <= LONGEST_TIMER_MS) work();
      else rest = after(delayMs - LONGEST_TIMER_MS, work);
    },
    Math.min(delayMs, LONGEST_TIMER_MS),
  );
  return {
    cancel() {
      clearTimeout(timer);
      rest?.cancel();
    },
  };
}

/** One `setImmediate` a turn, however much work is handed in: it runs after the turn's sockets. */
function endOfTurn(): (work: () => void) => void {
  const queue: (() => void)[] = [];

  function run(): void {
    const errors: unknown[] = [];
    for (let i = 0; i < queue.length; i++) {
      try {
        queue[i]?.();
      } catch (error) {
        errors.push(error);
      }
    }
    queue.length = 0;
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "several failures in one turn");
  }

  return (work) => {
    if (queue.push(work) === 1) setImmediate(run);
  };
}
