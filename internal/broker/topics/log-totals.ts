/** What is asked of a store: its logs, and of each what there is to add up. */
interface Logs {
  readonly logs: { values(): IterableIterator<CountedLog> };
}

interface CountedLog {
  readonly sizeBytes: number;
  readonly damage: { readonly ranges: { readonly length: number } };
  readonly commits: { readonly length: number };
}

/** All logs of a broker, taken together. */
export interface LogSums {
  readonly logSizeBytes: number;
  readonly damagedRanges: number;
  /** Batches that wait until copies have them. */
  readonly acksWaiting: number;
}

/** Logs that one look goes through; where there are no more, it knows all of them as they are. */
const MAX_LOGS = 1000;

/**
 * Adds up what a broker's logs have, for those who look again and again: each look goes on by some
 * logs, and gives the sums of the last round through all of them.
 */
export class LogTotals {
  readonly #store: Logs;
  #sums: LogSums | null = null;
  /** The round that is under way: logs that are still to come, and the sums so far. */
  #left: Iterator<CountedLog> | null = null;
  #running = nothing();

  constructor(store: Logs) {
    this.#store = store;
  }

  /** The sums as they are, at the first look; at others as they were some looks ago. */
  look(): LogSums {
    const maxLogs = this.#sums === null ? Number.POSITIVE_INFINITY : MAX_LOGS;
    if (this.#left === null) {
      this.#left = this.#store.logs.values();
      this.#running = nothing();
    }
    for (let count = 0; count < maxLogs; count++) {
      const { value: log, done } = this.#left.next();
      if (done) {
        this.#left = null;
        this.#sums = this.#running;
        break;
      }
      this.#running.logSizeBytes += log.sizeBytes;
      this.#running.damagedRanges += log.damage.ranges.length;
      this.#running.acksWaiting += log.commits.length;
    }
    return this.#sums ?? this.#running;
  }
}

function nothing() {
  return { logSizeBytes: 0, damagedRanges: 0, acksWaiting: 0 };
}
