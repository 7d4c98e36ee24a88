import type { Clock, Timer } from "../platform/clock.ts";

/** A clock is asked to wait this long at most; what is due later is waited for again. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;
/** What is due at once still lets others run before: so no chain of deadlines blocks the loop. */
const SHORTEST_WAIT_MS = 1;

/** Something that happens at its time, unless it is put off or called off. */
export interface Deadline {
  /** Sets the time anew, from now on; also after it has passed or was called off. */
  postpone(delayMs: number): void;
  cancel(): void;
}

/**
 * Very many deadlines on one timer.
 *
 * Most deadlines are put off again and again, one for each heartbeat of a member, and never pass.
 * So putting off only notes the new time. The heap has the deadlines in the order of the times
 * noted when they were last looked at; only when such a time comes, the deadline moves to its new
 * place.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #heap: HeapDeadline[] = [];
  #timer: Timer | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `expire` in `delayMs`. */
  after(delayMs: number, expire: () => void): Deadline {
    const deadline = new HeapDeadline(this, expire);
    deadline.postpone(delayMs);
    return deadline;
  }

  /** How many there are to come. */
  get size(): number {
    return this.#heap.length;
  }

  /** The time `delayMs` from now. */
  dueAt(delayMs: number): number {
    return this.#clock.monotonicMs() + Math.max(delayMs, SHORTEST_WAIT_MS);
  }

  /** The deadline's `dueMs` has changed. */
  changed(deadline: HeapDeadline): void {
    if (deadline.index >= 0 && deadline.dueMs >= deadline.placedMs) return;
    deadline.placedMs = deadline.dueMs;
    if (deadline.index < 0) deadline.index = this.#heap.push(deadline) - 1;
    this.#moveUp(deadline);
    if (this.#heap[0] === deadline) this.#arm(deadline.placedMs);
  }

  /** Takes a deadline out. */
  remove(deadline: HeapDeadline): void {
    const { index } = deadline;
    if (index < 0) return;
    deadline.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === deadline) return;
    this.#place(last, index);
    this.#moveUp(last);
    this.#moveDown(last);
  }

  /** Calls all off. */
  clear(): void {
    for (const deadline of this.#heap) deadline.index = -1;
    this.#heap.length = 0;
    this.#timer?.cancel();
  }

  #arm(dueMs: number): void {
    if (this.#timer !== null && this.#timerDueMs <= dueMs) return;
    this.#timer?.cancel();
    const delayMs = Math.min(dueMs - this.#clock.monotonicMs(), LONGEST_WAIT_MS);
    this.#timerDueMs = dueMs;
    this.#timer = this.#clock.after(Math.max(delayMs, SHORTEST_WAIT_MS), () => this.#run());
  }

  #run(): void {
    this.#timer = null;
    const nowMs = this.#clock.monotonicMs();
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return;
      if (first.placedMs > nowMs) {
        this.#arm(first.placedMs);
        return;
      }
      if (first.dueMs > nowMs) {
        first.placedMs = first.dueMs;
        this.#moveDown(first);
      } else {
        this.remove(first);
        first.expire();
      }
    }
  }

  #moveUp(deadline: HeapDeadline): void {
    for (;;) {
      const parent = this.#heap[(deadline.index - 1) >> 1];
      if (parent === undefined || parent.placedMs <= deadline.placedMs) return;
      this.#swap(parent, deadline);
    }
  }

  #moveDown(deadline: HeapDeadline): void {
    for (;;) {
      const left = this.#heap[2 * deadline.index + 1];
      const right = this.#heap[2 * deadline.index + 2];
      const child = left && right && right.placedMs < left.placedMs ? right : left;
      if (child === undefined || child.placedMs >= deadline.placedMs) return;
      this.#swap(deadline, child);
    }
  }

  #swap(parent: HeapDeadline, child: HeapDeadline): void {
    const { index } = parent;
    this.#place(parent, child.index);
    this.#place(child, index);
  }

  #place(deadline: HeapDeadline, index: number): void {
    this.#heap[index] = deadline;
    deadline.index = index;
  }
}

/** A deadline with its place in the heap. */
class HeapDeadline implements Deadline {
  readonly expire: () => void;
  readonly #deadlines: Deadlines;
  /** When it passes. */
  dueMs = 0;
  /** The time by which it has its place: `dueMs`, or earlier. */
  placedMs = 0;
  /** -1 while it isn't in the heap. */
  index = -1;

  constructor(deadlines: Deadlines, expire: () => void) {
    this.#deadlines = deadlines;
    this.expire = expire;
  }

  postpone(delayMs: number): void {
    this.dueMs = this.#deadlines.dueAt(delayMs);
    this.#deadlines.changed(this);
  }

  cancel(): void {
    this.#deadlines.remove(this);
  }
}
