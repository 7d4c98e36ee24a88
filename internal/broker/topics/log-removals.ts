import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";

/** Removes the logs of topics, or copies, that are gone, one call after the other. */
export class LogRemovals {
  readonly #store: LogStore;
  /** Those that are still there. */
  readonly #doomed = new Set<PartitionLog>();
  #last = Promise.resolve();

  constructor(store: LogStore) {
    this.#store = store;
  }

  /** Removes logs, and those whose removal has failed before. Rejects with `StorageError`. */
  remove(logs: readonly PartitionLog[]): Promise<void> {
    for (const log of logs) this.#doomed.add(log);
    return this.#inTurn(() => this.#removeDoomed());
  }

  /**
   * Removes a log of a topic that stays, as `remove`. If that fails before it is noted, no later
   * call removes the log: it may be wanted here again by then.
   */
  removeCopy(log: PartitionLog): Promise<void> {
    return this.#inTurn(async () => {
      if (!log.removed) this.#doomed.add(log);
      try {
        await this.#removeDoomed();
      } finally {
        if (!log.removed) this.#doomed.delete(log);
      }
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work, work);
    return this.#last;
  }

  async #removeDoomed(): Promise<void> {
    if (this.#doomed.size === 0) return;
    const doomed = [...this.#doomed];
    await this.#store.remove(doomed);
    for (const log of doomed) this.#doomed.delete(log);
  }
}
