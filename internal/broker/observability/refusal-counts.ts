/** So many reasons are told apart; there are far fewer, unless a fault makes them up. */
const MAX_REASONS = 200;

/** How often something was refused, dropped or slowed, for one reason. */
export interface RefusalCount {
  /** Stable, for programs: `batch-too-large`, `connections-refused`, `reading-paused`. */
  readonly reason: string;
  readonly count: number;
}

/** Counts what a broker does not do for its clients, or not at once, by reason; since its start. */
export class RefusalCounts {
  readonly #counts = new Map<string, number>();

  add(reason: string, count = 1): void {
    if (!this.#counts.has(reason) && this.#counts.size >= MAX_REASONS) return;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  /** In the order of reasons. */
  list(): RefusalCount[] {
    const counts = [...this.#counts].map(([reason, count]) => ({ reason, count }));
    return counts.sort((a, b) => (a.reason < b.reason ? -1 : 1));
  }
}
