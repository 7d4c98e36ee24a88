import { DiskError } from "../platform/disk.ts";
import type { Appended, OnAppended } from "./append-group.ts";
import { Appender } from "./appender.ts";
import { Checkpointer } from "./checkpointer.ts";
import type { RewritePath } from "./compaction/compact-group.ts";
import { Compactor } from "./compaction/compactor.ts";
import { makeDurableFolder } from "./durable-folder.ts";
import { closingError, StorageError } from "./errors.ts";
import { GroupCommit } from "./group-commit.ts";
import { Journal } from "./journal/journal.ts";
import { Settler } from "./journal/settler.ts";
import type { Latencies } from "./latency.ts";
import { type DataLayout, dataLayout } from "./layout.ts";
import { LogChanges } from "./log-changes.ts";
import { findMaxTime, findTime, type ReadPath, readLog, type TimedOffset } from "./log-reader.ts";
import { type LogConfig, PartitionLog, UNKNOWN_INCARNATION } from "./partition-log.ts";
import { ProducerBounds } from "./producer-bounds.ts";
import { type Loss, Losses } from "./recovery/losses.ts";
import { journalStart, type Recovered, recover } from "./recovery/recovery.ts";
import { mendLog } from "./recovery/salvage/mend-log.ts";
import { replaceRange } from "./replace-range.ts";
import { Scrubber } from "./scrub/scrubber.ts";
import type { DamagedRange } from "./segments/damaged-range.ts";
import { FileCache } from "./segments/file-cache.ts";
import { saveIndexes } from "./segments/index-files.ts";
import { type SizedOptions, type StoreOptions, sizedOptions } from "./store-options.ts";
import { TailWriter } from "./tail-writer.ts";
import { type CutOff, type TruncationPath, truncateLogs } from "./truncation.ts";
import { Upkeep } from "./upkeep.ts";
import { WriteGate } from "./write-gate.ts";

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
  readonly #options: SizedOptions;
  readonly #layout: DataLayout;
  readonly #files: FileCache;
  readonly #commit: GroupCommit;
  readonly #journal: Journal;
  readonly #settler: Settler;
  readonly #appender: Appender;
  readonly #checkpointer: Checkpointer;
  readonly #changes: LogChanges;
  readonly #logs: Map<string, PartitionLog>;
  readonly #gate: WriteGate;
  readonly #producerBounds: ProducerBounds;
  readonly #reading: ReadPath;
  readonly #truncation: TruncationPath;
  readonly #unlock: () => void;
  /** What had to be given up to open it. */
  readonly losses: readonly Loss[];
  #nextLogId: number;
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
      store = new LogStore(options, layout, files, writer, recovered, lock.release);
      await store.#changes.noteMissing(recovered.cut);
      return store;
    } catch (error) {
      if (store) await store.close();
      else lock.release();
      throw error;
    }
  }

  private constructor(
    options: SizedOptions,
    layout: DataLayout,
    files: FileCache,
    writer: TailWriter,
    recovered: Recovered,
    unlock: () => void,
  ) {
    const { clock, disk, minFreeBytes, limits } = options;
    this.#options = options;
    this.#layout = layout;
    this.#files = files;
    this.#unlock = unlock;
    this.#logs = recovered.logs;
    this.#nextLogId = recovered.nextLogId;
    this.losses = recovered.losses;
    const { spaceCheckBytes } = limits;
    const { root } = layout;
    this.#gate = new WriteGate(clock, disk, root, minFreeBytes, spaceCheckBytes, (freeBytes) =>
      options.events?.diskLow(freeBytes, minFreeBytes),
    );
    this.#commit = new GroupCommit(clock);
    this.#journal = new Journal(
      disk,
      layout.journal,
      this.#commit,
      limits,
      journalStart(recovered),
      () => this.#settler.written(),
    );
    this.#settler = new Settler(clock, disk, layout.journal, this.#journal, this.#commit);
    this.#checkpointer = this.#makeCheckpointer(writer, recovered);
    const upkeep = new Upkeep({
      limits,
      writer,
      journal: this.#journal,
      checkpointer: this.#checkpointer,
      gate: this.#gate,
      holdAppends: (held) => this.#appender.hold(held),
    });
    this.#appender = new Appender({
      clock,
      disk,
      writer,
      limits,
      journal: this.#journal,
      commit: this.#commit,
      newProducer: () => this.#producerBounds.added(),
      changed: (log) => this.#checkpointer.changed(log),
      failed: (error) => this.#gate.refuse(error),
      written: () => upkeep.afterTurn(),
    });
    const logs = () => this.#logs.values();
    const changed = (log: PartitionLog) => this.#checkpointer.changed(log);
    this.#producerBounds = new ProducerBounds(logs, limits.maxProducers, changed);
    this.#reading = this.#makeReading(writer);
    this.#changes = this.#makeChanges(writer);
    this.compactor = this.#makeCompactor();
    const { scrub } = this.#layout;
    this.scrubber = new Scrubber(clock, this.#reading, options.scrub, scrub, this.#logs);
    this.#truncation = this.#makeTruncation(writer);
    for (const log of recovered.changed) this.#checkpointer.changed(log);
    if (recovered.journal.files.some(({ frames }) => frames.length > 0)) this.#settler.written();
    for (const log of this.#logs.values()) log.largestSegmentBytes = limits.largestSegmentBytes;
    this.#tellOfDamage(recovered);
    // What the replay has left in memory and journal goes also if nobody writes.
    upkeep.afterTurn();
  }

  /** The data directory. */
  get directory(): string {
    return this.#layout.root;
  }

  /** The logs that have something in them, by name. */
  get logs(): ReadonlyMap<string, PartitionLog> {
    return this.#logs;
  }

  /** Why nothing can be written now; null while it can. */
  get refusal(): StorageError | null {
    return this.#commit.failure ?? this.#gate.refusal;
  }

  get journalSizeBytes(): number {
    return this.#journal.sizeBytes;
  }

  /** How long the last syncs took; null before the first. */
  get syncLatencies(): Latencies | null {
    return this.#commit.latencies.summary();
  }

  /** What waits to be written or synced, and how often it had to because the journal was full. */
  get pressure(): StoragePressure {
    const { limits, minFreeBytes } = this.#options;
    return {
      minFreeBytes,
      appendsWaiting: this.#appender.waitingCount + this.#commit.waitingCount,
      journalLimitBytes: limits.journalBytes,
      heldCount: this.#appender.heldCount,
    };
  }

  /** The log `name` of this incarnation, new and empty if there is none. */
  openLog(name: string, incarnation: string, config: LogConfig): PartitionLog {
    const known = this.#logs.get(name);
    if (known) {
      if (known.incarnation === UNKNOWN_INCARNATION) known.incarnation = incarnation;
      if (known.incarnation !== incarnation) {
        throw new Error(`${name} is still there as ${known.incarnation}: remove it first`);
      }
      known.config = config;
      this.opened?.(known);
      return known;
    }
    const id = this.#nextLogId++;
    const log = new PartitionLog(id, name, incarnation, this.#layout.logs, config);
    log.largestSegmentBytes = this.#options.limits.largestSegmentBytes;
    this.#logs.set(name, log);
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
    else this.#appender.append(log, buffer, at, sizeBytes, leaderEpoch, done);
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
    else this.#appender.append(log, buffer, at, sizeBytes, null, done);
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
    return readLog(this.#reading, log, offset, endOffset, maxBytes);
  }

  /** The first record that isn't older than `timestampMs`; see `findTime`. */
  findTime(log: PartitionLog, timestampMs: number, end: number): Promise<TimedOffset | null> {
    return findTime(this.#reading, log, timestampMs, end);
  }

  /** The record with the greatest timestamp; see `findMaxTime`. */
  findMaxTime(log: PartitionLog, endOffset: number): Promise<TimedOffset | null> {
    return findMaxTime(this.#reading, log, endOffset);
  }

  /** Drops the records before `offset`; the files of segments that this empties are removed. */
  cutBefore(log: PartitionLog, offset: number): Promise<void> {
    return this.#changes.cutBefore(log, offset);
  }

  /** Cuts what is at `offset` and behind it off the ends of logs; see `truncateLogs`. */
  truncate(cuts: readonly { log: PartitionLog; offset: number }[]): Promise<CutOff[]> {
    return truncateLogs(this.#truncation, cuts);
  }

  /** Removes logs with all they hold; no restart brings them back when this resolves. */
  remove(logs: readonly PartitionLog[]): Promise<void> {
    return this.#changes.remove(logs);
  }

  /** Gives up what of a log can't be read, for good; see `mendLog`. Nobody may write meanwhile. */
  mend(log: PartitionLog): Promise<DamagedRange[]> {
    return mendLog(this.#rewriting, log);
  }

  /** Puts what another copy has in the place of what is damaged; see `replaceRange`. */
  replaceRange(log: PartitionLog, range: DamagedRange, bytes: Uint8Array): Promise<boolean> {
    return replaceRange(this.#files, log, range, bytes);
  }

  /** Forgets the idempotent producers of which nothing has come after `lastMs`. */
  expireProducers(lastMs: number): void {
    this.#producerBounds.expire(lastMs);
  }

  /** Resolves when all that was handed in until now is durable; rejects if it can't be. */
  async durable(): Promise<void> {
    await this.#appender.written();
    await this.#commit.durable();
  }

  /** Moves what the journal holds to the segments, now. */
  checkpoint(): Promise<void> {
    return this.#closing ? Promise.reject(closingError()) : this.#checkpointer.run();
  }

  /**
   * Writes everything to its place and lets go of the directory. What is asked from now on is
   * refused with the `StorageError` `closing`; reads that have begun may be, too.
   */
  async close(): Promise<void> {
    this.#closing = true;
    this.#settler.stop();
    await Promise.all([this.compactor.stop(), this.scrubber.stop()]);
    this.#appender.hold(false);
    this.#appender.flush();
    await this.#changes.end();
    try {
      await this.#commit.durable();
      await this.#checkpointer.idle(); // that one may have begun before the last appends
      await this.#checkpointer.run();
    } catch (error) {
      // What couldn't be made durable was refused; all else is in the journal.
      if (!(error instanceof StorageError)) throw error;
    } finally {
      await this.#checkpointer.idle();
      await this.#journal.close();
      this.#files.close();
      this.#unlock();
    }
  }

  #tellOfDamage({ logs, rebuilt }: Recovered): void {
    const { events } = this.#options;
    for (const { name, damage } of logs.values()) {
      for (const range of damage.ranges) events?.damaged(name, range);
    }
    for (const path of rebuilt) events?.rebuilt(path);
  }

  #makeTruncation(writer: TailWriter): TruncationPath {
    return {
      disk: this.#options.disk,
      files: this.#files,
      writer,
      reading: this.#reading,
      commit: this.#commit,
      checkpointer: this.#checkpointer,
      cutDirectory: this.#layout.cut,
      durable: () => this.durable(),
    };
  }

  #makeChanges(writer: TailWriter): LogChanges {
    return new LogChanges({
      clock: this.#options.clock,
      disk: this.#options.disk,
      files: this.#files,
      writer,
      logsDirectory: this.#layout.logs,
      journal: this.#journal,
      commit: this.#commit,
      checkpointer: this.#checkpointer,
      flush: () => this.#appender.flush(),
      refusal: () => this.refusal,
      refuse: (error) => this.#gate.refuse(error),
      forget: (log) => this.#logs.delete(log.name),
    });
  }

  #makeCompactor(): Compactor {
    const { clock, compaction } = this.#options;
    const path = { ...this.#rewriting, checkpointer: this.#checkpointer };
    return new Compactor(clock, path, compaction, () => this.#logs.values());
  }

  get #rewriting(): RewritePath {
    const { disk, minFreeBytes } = this.#options;
    const parts = { files: this.#files, journal: this.#journal, changes: this.#changes };
    return { ...parts, disk, minFreeBytes };
  }

  #makeCheckpointer(writer: TailWriter, { states }: Recovered): Checkpointer {
    const { clock, disk, limits } = this.#options;
    const path = {
      limits,
      clock,
      disk,
      layout: this.#layout,
      writer,
      journal: this.#journal,
      commit: this.#commit,
      nextLogId: () => this.#nextLogId,
    };
    return new Checkpointer(path, states);
  }

  #makeReading(writer: TailWriter): ReadPath {
    const { disk, events } = this.#options;
    return {
      disk,
      files: this.#files,
      damaged: (log, range) => events?.damaged(log.name, range),
      indexed: (log, segment) => {
        events?.rebuilt(segment.indexPath);
        try {
          for (const path of saveIndexes(disk, segment)) writer.dirtyFiles.add(path);
          this.#checkpointer.changed(log);
        } catch (error) {
          // They stay in memory, and are made again after a restart.
          if (!(error instanceof DiskError)) throw error;
        }
      },
    };
  }

  /** Why a write may not be taken now; null if it may. */
  #refusalNow({ config }: PartitionLog, sizeBytes: number): StorageError | null {
    if (this.#closing) return closingError();
    const refusal = this.#commit.failure ?? this.#gate.ask(sizeBytes);
    return refusal?.code === "full" && config.usesReserve ? null : refusal;
  }
}
