import { type Clock, nextTurn, type Timer } from "../../platform/clock.ts";
import { DiskError } from "../../platform/disk.ts";
import type { Log } from "../../platform/log.ts";
import { StorageError } from "../errors.ts";
import type { CompactionConfig, PartitionLog } from "../partition-log.ts";
import { type CompactionPath, compactLog } from "./compact-log.ts";
import { type DirtyPart, dirtyPart, dirtyRatio, isDue } from "./dirty-part.ts";
import { Pace } from "./pace.ts";
import { removeLeftovers } from "./segment-swap.ts";

/** What compaction may take of the machine, and where it says what it did. */
export interface CompactionSettings {
  /** Memory for the keys of one pass. */
  readonly keyMapBytes: number;
  /** Bytes that are read and written a second, together. */
  readonly bytesPerSecond: number;
  /** How often it is looked for logs that are due. */
  readonly intervalMs: number;
  /** Makes it hard to choose keys that share their hash. */
  readonly hashSeed: number;
  readonly log: Log;
}

/** Looking into a folder takes some ten microseconds. */
const TIDIED_PER_TURN = 16;

/** A log that is due, and the part that is to be gone over. */
interface Due {
  readonly log: PartitionLog;
  readonly config: CompactionConfig;
  readonly part: DirtyPart;
}

/**
 * Compacts the logs that are set to be, one at a time, the dirtiest first, all by one timer.
 *
 * Only what a checkpoint has is gone over (see `SegmentSwap`), so it asks for one where a log is
 * due but for that.
 */
export class Compactor {
  readonly #clock: Clock;
  readonly #path: CompactionPath;
  readonly #settings: CompactionSettings;
  readonly #logs: () => Iterable<PartitionLog>;
  /** Logs with damage, which end every pass: left alone while their start is where it was. */
  readonly #damaged = new WeakMap<PartitionLog, number>();
  /** Logs without anything that an earlier process may have left unfinished. */
  readonly #tidied = new WeakSet<PartitionLog>();
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  #stopping = false;

  constructor(
    clock: Clock,
    path: CompactionPath,
    settings: CompactionSettings,
    logs: () => Iterable<PartitionLog>,
  ) {
    this.#clock = clock;
    this.#path = path;
    this.#settings = settings;
    this.#logs = logs;
  }

  /** Looks every interval from now on. */
  start(): void {
    this.#timer = this.#clock.after(this.#settings.intervalMs, async () => {
      await this.run();
      if (!this.#stopping) this.start();
    });
  }

  /** Ends what is under way, and begins nothing more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** Compacts all that is due now; problems are told to the log and leave the other logs alone. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const failed = new Set<PartitionLog>();
    await this.#tidy();
    try {
      await this.#bringCheckpoint();
    } catch (error) {
      // Writing is refused now, which others tell.
      if (!(error instanceof StorageError)) throw error;
    }
    for (;;) {
      const due = this.#dirtiest(failed, checkpointedEnd);
      if (!due || this.#stopping) return;
      try {
        await this.#compact(due);
      } catch (error) {
        this.#failed(due.log, error);
        failed.add(due.log);
      }
    }
  }

  /** Removes what earlier processes have left, of a few logs in each turn. */
  async #tidy(): Promise<void> {
    let count = 0;
    for (const log of this.#logs()) {
      if (!log.config.compaction || log.removed || this.#tidied.has(log)) continue;
      this.#tidied.add(log);
      try {
        removeLeftovers(this.#path.disk, log);
      } catch (error) {
        this.#failed(log, error); // the next process tries again
      }
      if (++count % TIDIED_PER_TURN === 0) await nextTurn(this.#clock);
    }
  }

  /** Makes a checkpoint if there is work, but all of it only behind the last one. */
  async #bringCheckpoint(): Promise<void> {
    const none = new Set<PartitionLog>();
    if (this.#dirtiest(none, checkpointedEnd)) return;
    if (!this.#dirtiest(none, (log) => log.highWatermark)) return;
    await this.#path.checkpointer.run();
  }

  /** The log that is due and gains most, not looking behind its `endOffset`. */
  #dirtiest(
    failed: ReadonlySet<PartitionLog>,
    endOffset: (log: PartitionLog) => number,
  ): Due | null {
    const nowMs = this.#clock.nowMs();
    let dirtiest: Due | null = null;
    for (const log of this.#logs()) {
      const config = log.config.compaction;
      if (!config || log.removed || failed.has(log)) continue;
      if (this.#damaged.get(log) === log.startOffset) continue;
      const part = dirtyPart(log, config, endOffset(log), nowMs);
      if (!part || !isDue(part, config, nowMs)) continue;
      if (dirtiest && dirtyRatio(dirtiest.part) >= dirtyRatio(part)) continue;
      dirtiest = { log, config, part };
    }
    return dirtiest;
  }

  async #compact({ log, config, part }: Due): Promise<void> {
    const { keyMapBytes, bytesPerSecond, hashSeed, log: notices } = this.#settings;
    const beganMs = this.#clock.monotonicMs();
    const pace = new Pace(this.#clock, bytesPerSecond, () => this.#check(log));
    const bounds = { keyMapBytes, hashSeed, nowMs: this.#clock.nowMs(), pace };
    const { endOffset, freedBytes } = await compactLog(this.#path, log, config, part, bounds);
    const tookMs = Math.round(this.#clock.monotonicMs() - beganMs);
    const { fromOffset } = part;
    notices.info("compacted", { log: log.name, fromOffset, endOffset, freedBytes, tookMs });
  }

  /** Throws if a pass over `log` has to end. */
  #check(log: PartitionLog): void {
    if (this.#stopping) throw new StorageError("closing", "the storage is being closed");
    if (log.removed) throw new StorageError("removed", `${log.name} has been removed`);
  }

  #failed(log: PartitionLog, error: unknown): void {
    if (this.#stopping || log.removed) return;
    if (!(error instanceof StorageError || error instanceof DiskError)) throw error;
    if (error.code === "damaged") this.#damaged.set(log, log.startOffset);
    this.#settings.log.warn("compaction-failed", { log: log.name, why: error.message });
  }
}

/**
 * What a log has in the segments of the last checkpoint. Of that, what isn't committed may yet be
 * cut: what it takes the place of is to be there then.
 */
function checkpointedEnd({ checkpointedOffset, highWatermark }: PartitionLog): number {
  return Math.min(checkpointedOffset, highWatermark);
}
