/** A timer that has been set and can be called off. */
export interface Timer {
  /** Calls the timer off; does nothing once it has fired. */
  cancel(): void;
}

/** Time as the broker sees it: reading it, waiting for it, and the turns of the event loop. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970; it may jump either way. For what people see. */
  nowMs(): number;
  /** Milliseconds since some fixed point, with fractions; never goes back. For measuring waits. */
  monotonicMs(): number;
  /** Calls `work` once, `delayMs` from now at the earliest. */
  after(delayMs: number, work: () => void): Timer;
  /**
   * Calls `work` when this turn of the event loop has read what its sockets held.
   *
   * Work of one turn runs in the order in which it was handed in, and work that is handed in
   * while it runs still belongs to the turn. So an append gathers batches all turn long, writes
   * once at its end, and the answers this makes leave in the same turn, one write a connection.
   */
  atEndOfTurn(work: () => void): void;
}

/** Lets other work have its turn of the event loop. */
export function nextTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.after(0, resolve));
}
