import type { Clock } from "../platform/clock.ts";
import { batchSizeBytes, lastOffset } from "../record/batch.ts";
import { BatchBuilder } from "../record/builder.ts";
import { recordsOf } from "../record/records.ts";
import { DamageError, StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { GroupChange } from "./changes.ts";
import { decodeChange, encodeChange, type RecordFault } from "./records.ts";

const READ_BYTES = 1024 * 1024;
/** Changes that are written together make batches of this size, if they are that many. */
const BATCH_BYTES = 512 * 1024;
const RECORD_LIMIT_BYTES = 128 * 1024 * 1024;

/** Told of each change that is durable, in the log's order. */
export type OnApplied = (change: GroupChange) => void;

/** The log of one partition of `__consumer_offsets`: changes are written, and replayed. */
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

  /** Tells `apply` all that is in the log. Rejects with `StorageError` if it can't be read. */
  async replay(apply: OnApplied): Promise<void> {
    const end = this.#log.durableOffset;
    for (let offset = this.#log.startOffset; offset < end; ) {
      const chunks = await this.#read(offset, end);
      if (typeof chunks === "number") {
        offset = chunks;
        continue;
      }
      if (chunks.length === 0) return;
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
          this.#replayBatch(chunk, at, apply);
          offset = lastOffset(chunk, at) + 1;
        }
      }
    }
  }

  /**
   * Batches from `offset` on; the offset to go on at where they are damaged, which the storage
   * tells people of. What was there is known as it was told before, or not at all.
   */
  async #read(offset: number, end: number): Promise<readonly Uint8Array[] | number> {
    try {
      return await this.#store.read(this.#log, offset, end, READ_BYTES);
    } catch (error) {
      if (error instanceof DamageError) return error.range.toOffset;
      throw error;
    }
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

  #replayBatch(chunk: Uint8Array, at: number, apply: OnApplied): void {
    for (const { key, value, offset } of recordsOf(chunk, at, RECORD_LIMIT_BYTES)) {
      const change = key === null ? "malformed" : decodeChange(key, value);
      if (typeof change !== "string") apply(change);
      // What a newer version keeps besides groups and offsets is nothing to this one.
      else if (change !== "unknown-kind") throw unreadable(this.#log.name, offset, change);
    }
  }
}

/** Resolves when all have resolved or rejected; keeps nothing of what they gave. */
async function settledAll(promises: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(promises);
}

function unreadable(name: string, offset: number, fault: Exclude<RecordFault, "unknown-kind">) {
  const what = `${name}: the record at offset ${offset}`;
  if (fault === "malformed") return new StorageError("damaged", `${what} is no record of groups`);
  return new StorageError("newer-format", `${what} was written by a newer Weir`);
}
