import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";

/** Removes the logs of topics that are gone, one call after the other. */
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
    const remove = async () => {
      if (this.#doomed.size === 0) return;
      const doomed = [...this.#doomed];
      await this.#store.remove(doomed);
      for (const log of doomed) this.#doomed.delete(log);
    };
    this.#last = this.#last.then(remove, remove);
    return this.#last;
  }
}
