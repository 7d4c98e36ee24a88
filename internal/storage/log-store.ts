import type { Appended, OnAppended } from "./append-group.ts";
import type { Compactor } from "./compaction/compactor.ts";
import { makeDurableFolder } from "./durable-folder.ts";
import { closingError, StorageError } from "./errors.ts";
import type { Latencies } from "./latency.ts";
import { dataLayout } from "./layout.ts";
import { findMaxTime, findTime, readLog, type TimedOffset } from "./log-reader.ts";
import { type LogConfig, PartitionLog, UNKNOWN_INCARNATION } from "./partition-log.ts";
import { beginWith, type StoreParts, storeParts } from "./parts.ts";
import { type Loss, Losses } from "./recovery/losses.ts";
import { recover } from "./recovery/recovery.ts";
import { mendLog } from "./recovery/salvage/mend-log.ts";
import { replaceRange } from "./replace-range.ts";
import type { Scrubber } from "./scrub/scrubber.ts";
import type { DamagedRange } from "./segments/damaged-range.ts";
import { FileCache } from "./segments/file-cache.ts";
import { type StoreOptions, sizedOptions } from "./store-options.ts";
import { TailWriter } from "./tail-writer.ts";
import { type CutOff, truncateLogs } from "./truncation.ts";

/** How hard the disk is pressed. */
export interface StoragePressure {
  /** Records are refused while the disk has less free. */
  readonly minFreeBytes: number;
  readonly appendsWaiting: number;
  /** Appends wait for a checkpoint when the journal is so large. */
  readonly journalLimitBytes: number;
  readonly heldCount: number;
}

/**
 * All logs of a broker in one data directory.
 *
 * A log is known by its name and incarnation; it costs the disk nothing until its first batch.
 */
export class LogStore {
  /** Compacts logs; it works in the background once it is started, until the storage is closed. */
  readonly compactor: Compactor;
  /** Checks what is stored; in the background, too, once it is started. */
  readonly scrubber: Scrubber;
  /** Told of each log that someone opens, before it is used. */
  opened: ((log: PartitionLog) => void) | null = null;
  /** What had to be given up to open it. */
  readonly losses: readonly Loss[];
  readonly #parts: StoreParts;
  readonly #unlock: () => void;
  #closing = false;

  /**
   * Opens the data directory, made if missing, and recovers its logs.
   *
   * Rejects with `StorageError`: `locked` (it names the other process), `damaged`, `newer-format`,
   * `older-format`, `full` or `failed` if what is missing can't be noted.
   */
  static async open(given: StoreOptions): Promise<LogStore> {
    const { disk, directory } = given;
    const layout = dataLayout(directory);
    await makeDurableFolder(disk, directory);
    disk.makeDirectory(layout.journal);
    disk.makeDirectory(layout.logs);
    const lock = disk.lock(layout.lock);
    if ("heldBy" in lock) {
      const who = `process ${lock.heldBy}`;
      throw new StorageError("locked", `${directory} is in use by another broker (${who})`);
    }
    let store: LogStore | null = null;
    try {
      const options = sizedOptions(given);
      const files = new FileCache(disk, options.maxOpenFiles, ({ path, message }) =>
        options.events?.notRemoved(path, message),
      );
      const writer = new TailWriter(disk, files, layout.logs);
      const nowMs = options.clock.nowMs();
      const { config, limits } = options;
      const losses = new Losses(directory, given.acceptLosses === true);
      const path = { limits, disk, layout, files, writer, config, nowMs, losses };
      const recovered = await recover(path);
      const parts = storeParts({ options, layout, files, writer, recovered });
      store = new LogStore(parts, recovered.losses, lock.release);
      beginWith(recovered, parts);
      await parts.changes.noteMissing(recovered.cut);
      return store;
    } catch (error) {
      if (store) await store.close();
      else lock.release();
      throw error;
    }
  }

  private constructor(parts: StoreParts, losses: readonly Loss[], unlock: () => void) {
    this.#parts = parts;
    this.#unlock = unlock;
    this.losses = losses;
    this.compactor = parts.compactor;
    this.scrubber = parts.scrubber;
  }

  /** The data directory. */
  get directory(): string {
    return this.#parts.layout.root;
  }

  /** The logs that have something in them, by name. */
  get logs(): ReadonlyMap<string, PartitionLog> {
    return this.#parts.logs;
  }

  /** Why nothing can be written now; null while it can. */
  get refusal(): StorageError | null {
    return this.#parts.commit.failure ?? this.#parts.gate.refusal;
  }

  get journalSizeBytes(): number {
    return this.#parts.journal.sizeBytes;
  }

  /** How long the last syncs took; null before the first. */
  get syncLatencies(): Latencies | null {
    return this.#parts.commit.latencies.summary();
  }

  /** What waits to be written or synced, and how often it had to because the journal was full. */
  get pressure(): StoragePressure {
    const { limits, minFreeBytes } = this.#parts.options;
    return {
      minFreeBytes,
      appendsWaiting: this.#parts.appender.waitingCount + this.#parts.commit.waitingCount,
      journalLimitBytes: limits.journalBytes,
      heldCount: this.#parts.appender.heldCount,
    };
  }

  /** The log `name` of this incarnation, new and empty if there is none. */
  openLog(name: string, incarnation: string, config: LogConfig): PartitionLog {
    const known = this.#parts.logs.get(name);
    if (known) {
      if (known.incarnation === UNKNOWN_INCARNATION) known.incarnation = incarnation;
      if (known.incarnation !== incarnation) {
        throw new Error(`${name} is still there as ${known.incarnation}: remove it first`);
      }
      known.config = config;
      this.opened?.(known);
      return known;
    }
    const id = this.#parts.ids.next++;
    const log = new PartitionLog(id, name, incarnation, this.#parts.layout.logs, config);
    log.largestSegmentBytes = this.#parts.options.limits.largestSegmentBytes;
    this.#parts.logs.set(name, log);
    this.opened?.(log);
    return log;
  }

  /**
   * Appends the batch at `[at, at + sizeBytes)` of `buffer`, which has been checked and belongs
   * to the storage from now on: it gets its offset and `leaderEpoch` in place.
   *
   * `done` is called when the batch is as safe as the log's durability promises, or with a
   * `SequenceError`, or with a `StorageError`: then it isn't in the log (`full`, `removed`,
   * `closing`, and what the log's `commits` refuse with), or it is unknown whether it is
   * (`failed`). It is never called before this returns,
   * unless with a refusal.
   */
  submit(
    log: PartitionLog,
    buffer: Uint8Array,
    at: number,
    sizeBytes: number,
    leaderEpoch: number,
    done: OnAppended,
  ): void {
    const refusal = log.commits.refusal ?? this.#refusalNow(log, sizeBytes);
    if (refusal) done(refusal);
    else this.#parts.appender.append(log, buffer, at, sizeBytes, leaderEpoch, done);
  }

  /**
   * Appends a batch as a copy of the one that the log's leader has: with its offset and epoch,
   * which have to be behind all that the log has (`out-of-range`). Else as `submit`.
   */
  submitCopy(
    log: PartitionLog,
    buffer: Uint8Array,
    at: number,
    sizeBytes: number,
    done: OnAppended,
  ): void {
    const refusal = this.#refusalNow(log, sizeBytes);
    if (refusal) done(refusal);
    else this.#parts.appender.append(log, buffer, at, sizeBytes, null, done);
  }

  /** `submit` as a promise, which rejects with the errors. */
  append(
    log: PartitionLog,
    buffer: Uint8Array,
    at: number,
    sizeBytes: number,
    leaderEpoch: number,
  ): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.submit(log, buffer, at, sizeBytes, leaderEpoch, (outcome) =>
        outcome instanceof Error ? reject(outcome) : resolve(outcome),
      );
    });
  }

  /** Reads batches; see `readLog`. */
  read(log: PartitionLog, offset: number, endOffset: number, maxBytes: number) {
    return readLog(this.#parts.reading, log, offset, endOffset, maxBytes);
  }

  /** The first record that isn't older than `timestampMs`; see `findTime`. */
  findTime(log: PartitionLog, timestampMs: number, end: number): Promise<TimedOffset | null> {
    return findTime(this.#parts.reading, log, timestampMs, end);
  }

  /** The record with the greatest timestamp; see `findMaxTime`. */
  findMaxTime(log: PartitionLog, endOffset: number): Promise<TimedOffset | null> {
    return findMaxTime(this.#parts.reading, log, endOffset);
  }

  /** Drops the records before `offset`; the files of segments that this empties are removed. */
  cutBefore(log: PartitionLog, offset: number): Promise<void> {
    return this.#parts.changes.cutBefore(log, offset);
  }

  /** Cuts what is at `offset` and behind it off the ends of logs; see `truncateLogs`. */
  truncate(cuts: readonly { log: PartitionLog; offset: number }[]): Promise<CutOff[]> {
    return truncateLogs(this.#parts.truncation, cuts);
  }

  /** Removes logs with all they hold; no restart brings them back when this resolves. */
  remove(logs: readonly PartitionLog[]): Promise<void> {
    return this.#parts.changes.remove(logs);
  }

  /** Gives up what of a log can't be read, for good; see `mendLog`. Nobody may write meanwhile. */
  mend(log: PartitionLog): Promise<DamagedRange[]> {
    return mendLog(this.#parts.rewriting, log);
  }

  /** Puts what another copy has in the place of what is damaged; see `replaceRange`. */
  replaceRange(log: PartitionLog, range: DamagedRange, bytes: Uint8Array): Promise<boolean> {
    return replaceRange(this.#parts.files, log, range, bytes);
  }

  /** Forgets the idempotent producers of which nothing has come after `lastMs`. */
  expireProducers(lastMs: number): void {
    this.#parts.producerBounds.expire(lastMs);
  }

  /** Resolves when all that was handed in until now is durable; rejects if it can't be. */
  durable(): Promise<void> {
    return this.#parts.durable();
  }

  /** Moves what the journal holds to the segments, now. */
  checkpoint(): Promise<void> {
    return this.#closing ? Promise.reject(closingError()) : this.#parts.checkpointer.run();
  }

  /**
   * Writes everything to its place and lets go of the directory. What is asked from now on is
   * refused with the `StorageError` `closing`; reads that have begun may be, too.
   */
  async close(): Promise<void> {
    const { settler, appender, changes, commit, checkpointer, journal, files } = this.#parts;
    this.#closing = true;
    settler.stop();
    await Promise.all([this.compactor.stop(), this.scrubber.stop()]);
    appender.hold(false);
    appender.flush();
    await changes.end();
    try {
      await commit.durable();
      await checkpointer.idle(); // that one may have begun before the last appends
      await checkpointer.run();
    } catch (error) {
      // What couldn't be made durable was refused; all else is in the journal.
      if (!(error instanceof StorageError)) throw error;
    } finally {
      await checkpointer.idle();
      await journal.close();
      files.close();
      this.#unlock();
    }
  }

  /** Why a write may not be taken now; null if it may. */
  #refusalNow({ config }: PartitionLog, sizeBytes: number): StorageError | null {
    if (this.#closing) return closingError();
    const refusal = this.#parts.commit.failure ?? this.#parts.gate.ask(sizeBytes);
    return refusal?.code === "full" && config.usesReserve ? null : refusal;
  }
}
