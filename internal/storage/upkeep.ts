import { DiskError } from "../platform/disk.ts";
import type { Checkpointer } from "./checkpointer.ts";
import { writeRefusal } from "./errors.ts";
import type { Journal } from "./journal.ts";
import type { TailWriter } from "./tail-writer.ts";
import type { WriteGate } from "./write-gate.ts";

/** Batches that are in memory and the journal, not yet in segments; more are written down. */
const TAIL_LIMIT_BYTES = 16 * 1024 * 1024;
/** So many logs' tails are written at most in one turn, unless memory grows too fast. */
const DRAINED_PER_TURN = 64;
/** A checkpoint begins when the journal is so large ... */
const CHECKPOINT_AT_BYTES = 128 * 1024 * 1024;
/** ... and appends wait for it when the journal is so large. */
const JOURNAL_LIMIT_BYTES = 512 * 1024 * 1024;

/** The parts of the storage that are kept within bounds. */
export interface UpkeepPath {
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
    const { journal, checkpointer, holdAppends } = this.#path;
    this.#drainTails();
    if (journal.sizeBytes >= JOURNAL_LIMIT_BYTES) holdAppends(true);
    if (journal.sizeBytes < CHECKPOINT_AT_BYTES || checkpointer.running) return;
    checkpointer.run().then(
      () => holdAppends(false),
      (error: unknown) => this.#checkpointFailed(error),
    );
  }

  #drainTails(): void {
    const { writer, gate } = this.#path;
    if (writer.tailBytes <= TAIL_LIMIT_BYTES) return;
    const urgent = writer.tailBytes > 2 * TAIL_LIMIT_BYTES;
    try {
      writer.relieve(TAIL_LIMIT_BYTES / 2, urgent ? Infinity : DRAINED_PER_TURN);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      gate.refuse(writeRefusal(error));
    }
  }

  /** The journal still has everything; only its growth has to end. */
  #checkpointFailed(error: unknown): void {
    if (!(error instanceof DiskError)) throw error;
    this.#path.gate.refuse(writeRefusal(error));
    this.#path.holdAppends(false);
  }
}
