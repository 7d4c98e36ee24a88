import { DiskError } from "../platform/disk.ts";
import type { Checkpointer } from "./checkpointer.ts";
import { StorageError, writeRefusal } from "./errors.ts";
import type { Journal } from "./journal/journal.ts";
import type { StorageLimits } from "./limits.ts";
import type { TailWriter } from "./tail-writer.ts";
import type { WriteGate } from "./write-gate.ts";

/** The parts of the storage that are kept within bounds. */
export interface UpkeepPath {
  readonly limits: StorageLimits;
  readonly writer: TailWriter;
  readonly journal: Journal;
  readonly checkpointer: Checkpointer;
  readonly gate: WriteGate;
  readonly holdAppends: (held: boolean) => void;
}

/** Keeps memory and journal within their bounds: a little after each turn that wrote. */
export class Upkeep {
  readonly #path: UpkeepPath;
  /** At this size of the journal, appends wait for the checkpoint that is being made. */
  #fullAtBytes: number;
  /** What stood in tails after the last turn. */
  #tailBytes: number;

  constructor(path: UpkeepPath) {
    this.#path = path;
    this.#fullAtBytes = path.limits.journalBytes;
    this.#tailBytes = path.writer.tailBytes;
  }

  /** Looks whether something is due, and does it or begins it. */
  afterTurn(): void {
    const { journal, checkpointer, holdAppends, limits, writer } = this.#path;
    this.#drainTails();
    const { sizeBytes } = journal;
    const { running } = checkpointer;
    const isDue =
      sizeBytes >= limits.checkpointAtBytes ||
      writer.writtenBytes >= limits.checkpointAtWrittenBytes;
    if (running ? sizeBytes < this.#fullAtBytes : !isDue) return;
    if (running) holdAppends(true);
    // What a crash has left in the journal holds up nobody: something may still be added to it.
    else this.#fullAtBytes = Math.max(limits.journalBytes, sizeBytes + limits.checkpointAtBytes);
    checkpointer.run().then(
      () => holdAppends(false),
      (error: unknown) => this.#checkpointFailed(error),
    );
  }

  #drainTails(): void {
    const { writer, gate } = this.#path;
    const { tailBytes, drainedPerTurn } = this.#path.limits;
    if (writer.tailBytes <= tailBytes) return;
    try {
      // They grow no further; what a restart has left of them goes little by little.
      writer.relieve(Math.max(2 * tailBytes, this.#tailBytes), Infinity);
      writer.relieve(tailBytes / 2, drainedPerTurn);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      gate.refuse(writeRefusal(error));
    }
    this.#tailBytes = writer.tailBytes;
  }

  /** The journal still has everything; only its growth has to end. */
  #checkpointFailed(error: unknown): void {
    if (!(error instanceof StorageError)) throw error;
    this.#path.gate.refuse(error);
    this.#path.holdAppends(false);
  }
}
