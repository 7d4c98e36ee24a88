import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import { GroupReplay } from "./group-replay.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { replayLog } from "./replay-log.ts";
import { MAX_STATE_BYTES } from "./settings.ts";

/**
 * What a copy of a partition of `__consumer_offsets` tells, as far as it is committed. It is read
 * on from where it was left, whenever somebody asks. What it tells takes no more memory than it may
 * take at the coordinator.
 */
export class CopiedLog {
  readonly log: PartitionLog;
  readonly #store: LogStore;
  #told = newReplay();
  /** All before this offset has been read. */
  #position = 0;
  /** How often the log had been cut when it was read from its start. */
  #cutCount = 0;
  /** Those who ask meanwhile wait for it. */
  #reading: Promise<void> | null = null;

  constructor(store: LogStore, log: PartitionLog) {
    this.#store = store;
    this.log = log;
    this.#cutCount = log.cutCount;
  }

  /** The groups as they were when the log was read last. */
  get told(): GroupReplay {
    return this.#told;
  }

  /** Reads all that is committed now. Rejects with `StorageError` if it can't be read. */
  async catchUp(): Promise<void> {
    // What is under way may have begun before the last of it was committed.
    await this.#reading;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { log } = this;
    const { cutCount, startOffset, highWatermark } = log;
    const goesOn = this.#goesOn();
    if (goesOn && this.#position === highWatermark) return;
    // Who looks meanwhile sees what was known before, not the half of what is.
    const told = goesOn ? this.#told : newReplay();
    const from = goesOn ? this.#position : startOffset;
    try {
      await replayLog(this.#store, log, from, highWatermark, (change) => told.apply(change));
    } catch (error) {
      const isSame = cutCount === log.cutCount && startOffset === log.startOffset;
      if (isSame || log.removed) throw error;
      return this.#read(); // it was cut under the reader's hands
    }
    this.#told = told;
    this.#cutCount = cutCount;
    this.#position = highWatermark;
  }

  /**
   * Whether what was read still is what the log's beginning tells. Where compaction has been, it
   * may have taken tombstones: who hasn't read that far would never learn what they deleted.
   */
  #goesOn(): boolean {
    const { cutCount, startOffset, firstDirtyOffset } = this.log;
    if (this.#cutCount !== cutCount) return false;
    return this.#position >= Math.max(startOffset, firstDirtyOffset);
  }
}

function newReplay(): GroupReplay {
  return new GroupReplay(new MemoryBudget(MAX_STATE_BYTES));
}
