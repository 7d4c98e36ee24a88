import type { Clock } from "../platform/clock.ts";
import { BatchBuilder } from "../record/builder.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { GroupChange } from "./changes.ts";
import { encodeChange } from "./records.ts";

/** Changes that are written together make batches of this size, if they are that many. */
const BATCH_BYTES = 512 * 1024;

/** Told of each change that is durable, in the log's order. */
export type OnApplied = (change: GroupChange) => void;

/** The log of one partition of `__consumer_offsets`: what is written to it. */
export class GroupLog {
  readonly #clock: Clock;
  readonly #store: LogStore;
  readonly #log: PartitionLog;
  readonly #applied: OnApplied;
  /** Settles when all that was handed to the storage until now is durable, or refused. */
  #appends: Promise<void> = Promise.resolve();
  /** While one writes alone: who waits for it goes on in the order in which they came. */
  #gate: Promise<void> | null = null;

  constructor(clock: Clock, store: LogStore, log: PartitionLog, applied: OnApplied) {
    this.#clock = clock;
    this.#store = store;
    this.#log = log;
    this.#applied = applied;
  }

  /** Makes changes durable, then applies them. Rejects with `StorageError`. */
  async write(changes: readonly GroupChange[]): Promise<void> {
    while (this.#gate !== null) await this.#gate;
    await this.#append(changes);
  }

  /**
   * Writes what `changes` gives at a moment when all that was written before has been applied;
   * what is to be written meanwhile comes behind it. Rejects with `StorageError`.
   */
  async writeAlone(changes: () => readonly GroupChange[]): Promise<void> {
    while (this.#gate !== null) await this.#gate;
    const gate = Promise.withResolvers<void>();
    this.#gate = gate.promise;
    await this.#appends;
    const written = this.#append(changes());
    this.#gate = null;
    gate.resolve();
    await written;
  }

  /** Resolves when every change that was to be written until now has been applied, or refused. */
  async settled(): Promise<void> {
    while (this.#gate !== null) await this.#gate;
    await this.#appends;
  }

  #append(changes: readonly GroupChange[]): Promise<unknown> {
    const appends: Promise<void>[] = [];
    let builder = new BatchBuilder();
    let from = 0;
    for (const [index, change] of changes.entries()) {
      builder.append({ ...encodeChange(change), timestampMs: this.#clock.nowMs(), headers: [] });
      if (builder.sizeBytes < BATCH_BYTES && index < changes.length - 1) continue;
      appends.push(this.#appendBatch(builder.build("none"), changes.slice(from, index + 1)));
      builder = new BatchBuilder();
      from = index + 1;
    }
    const all = Promise.all(appends);
    this.#appends = settledAll([this.#appends, ...appends]);
    return all;
  }

  #appendBatch(batch: Uint8Array, changes: readonly GroupChange[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const log = this.#log;
      const committed = (error: Error | null): void => {
        if (error) {
          reject(error);
          return;
        }
        for (const change of changes) this.#applied(change);
        resolve();
      };
      this.#store.submit(log, batch, 0, batch.length, log.leaderEpoch, (outcome) => {
        if (outcome instanceof Error) committed(outcome);
        else log.commits.wait(outcome.lastOffset + 1, log.highWatermark, committed);
      });
    });
  }
}

/** Resolves when all have resolved or rejected; keeps nothing of what they gave. */
async function settledAll(promises: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(promises);
}
