import { DiskError } from "../platform/disk.ts";
import type { Checkpointer } from "./checkpointer.ts";
import { StorageError, writeRefusal } from "./errors.ts";
import type { Journal } from "./journal.ts";
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

  constructor(path: UpkeepPath) {
    this.#path = path;
  }

  /** Looks whether something is due, and does it or begins it. */
  afterTurn(): void {
    const { journal, checkpointer, holdAppends, limits } = this.#path;
    this.#drainTails();
    const isFull = journal.sizeBytes >= limits.journalBytes;
    if (isFull) holdAppends(true);
    else if (journal.sizeBytes < limits.checkpointAtBytes || checkpointer.running) return;
    checkpointer.run().then(
      () => holdAppends(false),
      (error: unknown) => this.#checkpointFailed(error),
    );
  }

  #drainTails(): void {
    const { writer, gate } = this.#path;
    const { tailBytes, drainedPerTurn } = this.#path.limits;
    if (writer.tailBytes <= tailBytes) return;
    const urgent = writer.tailBytes > 2 * tailBytes;
    try {
      writer.relieve(tailBytes / 2, urgent ? Infinity : drainedPerTurn);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      gate.refuse(writeRefusal(error));
    }
  }

  /** The journal still has everything; only its growth has to end. */
  #checkpointFailed(error: unknown): void {
    if (!(error instanceof StorageError)) throw error;
    this.#path.gate.refuse(error);
    this.#path.holdAppends(false);
  }
}
