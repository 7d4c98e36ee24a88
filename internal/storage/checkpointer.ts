import { type Clock, nextTurn } from "../platform/clock.ts";
import { type Disk, DiskError } from "../platform/disk.ts";
import { type Checkpoint, type LogState, writeCheckpoint } from "./checkpoint.ts";
import { writeRefusal } from "./errors.ts";
import type { GroupCommit } from "./group-commit.ts";
import { checkState } from "./invariants.ts";
import type { Journal } from "./journal/journal.ts";
import type { DataLayout } from "./layout.ts";
import type { StorageLimits } from "./limits.ts";
import type { PartitionLog } from "./partition-log.ts";
import { saveLogIndexes } from "./segments/index-files.ts";
import type { TailWriter } from "./tail-writer.ts";

/** How many files are synced at a time: more would hold up the journal's own syncs ... */
const SYNCS_AT_A_TIME = 2;
/** ... but when the journal is half full, that it fills up would hold up more. */
const SYNCS_IN_A_HURRY = 16;

/** The parts of the storage that a checkpoint works on. */
export interface CheckpointPath {
  readonly limits: StorageLimits;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly layout: DataLayout;
  readonly journal: Journal;
  readonly commit: GroupCommit;
  readonly writer: TailWriter;
  readonly nextLogId: () => number;
}

/**
 * Moves what the journal holds into the segments, syncs them, and lets the journal go.
 *
 * Only logs that have changed since the last checkpoint cost anything but their line in the file.
 */
export class Checkpointer {
  readonly #path: CheckpointPath;
  /** Each log as it stands in the last checkpoint. */
  readonly #states: Map<PartitionLog, LogState>;
  #changed = new Set<PartitionLog>();
  #running: Promise<void> | null = null;

  constructor(path: CheckpointPath, states: Map<PartitionLog, LogState>) {
    this.#path = path;
    this.#states = states;
  }

  /** The log isn't any more as it stands in the checkpoint. */
  changed(log: PartitionLog): void {
    this.#changed.add(log);
  }

  /** The log is gone. */
  removed(log: PartitionLog): void {
    this.#changed.delete(log);
    this.#states.delete(log);
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /**
   * Makes a checkpoint, or waits for the one that is being made. Rejects with `StorageError` `full`
   * or, for good, `failed`.
   */
  run(): Promise<void> {
    this.#running ??= this.#run()
      .catch((error: unknown) => {
        throw this.#refusal(error);
      })
      .finally(() => {
        this.#running = null;
      });
    return this.#running;
  }

  /** Waits for the checkpoint that is being made, if one is, whatever becomes of it. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.#running]);
  }

  /** A sync that has failed once may seem to work the next time, with bytes missing: no more. */
  #refusal(error: unknown): unknown {
    if (!(error instanceof DiskError)) return error;
    const refusal = writeRefusal(error);
    if (refusal.code === "failed") this.#path.commit.fail(refusal);
    return refusal;
  }

  async #run(): Promise<void> {
    const { disk, journal, layout, commit, writer } = this.#path;
    if (commit.failure) throw commit.failure;
    writer.writtenBytes = 0;
    const frameNumber = journal.lastFrame;
    const journalSequence = journal.roll();
    const changed = this.#changed;
    this.#changed = new Set();
    const captured = new Map<PartitionLog, LogState>();
    try {
      await this.#drain(changed, captured);
      await this.#sync();
      // The group commit may have synced one of these files, too, and been told of a failure.
      await commit.durable();
      for (const [log, state] of captured) if (!log.removed) this.#states.set(log, state);
      const checkpoint: Checkpoint = {
        journalSequence,
        frameNumber,
        nextLogId: this.#path.nextLogId(),
        logs: [...this.#states].filter(([log]) => !log.removed).map(([, state]) => state),
      };
      await writeCheckpoint(disk, layout, checkpoint);
    } catch (error) {
      for (const log of changed) if (!log.removed) this.#changed.add(log);
      throw error;
    }
    for (const [log, { segments }] of captured) {
      log.checkpointedOffset = segments.at(-1)?.endOffset ?? log.startOffset;
    }
    journal.dropBefore(journalSequence);
  }

  /** Writes the tails of all logs that changed, and notes each log as it is right then. */
  async #drain(
    changed: ReadonlySet<PartitionLog>,
    captured: Map<PartitionLog, LogState>,
  ): Promise<void> {
    const { disk, writer, journal, limits } = this.#path;
    let count = 0;
    for (const log of changed) {
      if (++count % limits.checkpointLogsPerTurn === 0) await nextTurn(this.#path.clock);
      // What the journal has by now must be what is noted: not half a change of the segments.
      while (log.segmentsChange) await log.segmentsChange;
      if (log.removed) continue;
      writer.drain(log);
      for (const path of saveLogIndexes(disk, log)) writer.dirtyFiles.add(path);
      const state = stateOf(log, journal.lastFrame);
      checkState(state, this.#states.get(log));
      captured.set(log, state);
    }
  }

  async #sync(): Promise<void> {
    const { writer } = this.#path;
    await this.#syncAll(writer.dirtyFiles.paths(), (path) => writer.syncFile(path));
    await this.#syncAll(writer.dirtyFolders.paths(), (path) => writer.syncFolder(path));
  }

  /** Rejects with the first failure when nothing is under way. */
  async #syncAll(paths: string[], sync: (path: string) => Promise<void>): Promise<void> {
    const { journal, limits } = this.#path;
    while (paths.length > 0) {
      const inAHurry = journal.sizeBytes > limits.journalBytes / 2;
      const some = paths.splice(0, inAHurry ? SYNCS_IN_A_HURRY : SYNCS_AT_A_TIME);
      // Told at once: the next sync of the same file would seem to work, and others go by that.
      const refused = (error: unknown) => Promise.reject(this.#refusal(error));
      const results = await Promise.allSettled(some.map((path) => sync(path).catch(refused)));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    }
  }
}

/** The log as it is now, its tail being empty; all frames so far are in it. */
export function stateOf(log: PartitionLog, appliedFrame: number): LogState {
  return {
    id: log.id,
    name: log.name,
    incarnation: log.incarnation,
    startOffset: log.startOffset,
    firstDirtyOffset: log.firstDirtyOffset,
    appliedFrame,
    segments: log.segments.map((segment) => segment.state()),
    producers: [...log.producers.entries()],
    epochs: log.epochs.starts,
    highWatermark: log.highWatermark,
  };
}
