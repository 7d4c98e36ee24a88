import { drainMicrotasks } from "bun:jsc";

/**
 * Runs promise callbacks until none is due, now and without a turn of the event loop: so a test
 * can drive code that awaits, event by event, and always in the same order.
 */
export function runMicrotasks(): void {
  drainMicrotasks();
}
