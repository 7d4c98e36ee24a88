import { DiskError } from "../../platform/disk.ts";
import { SequenceError, StorageError } from "../../storage/errors.ts";
import type { LogStore } from "../../storage/log-store.ts";
import { must } from "../failure.ts";
import type { SimulatedProcess } from "../machine.ts";
import type { Weather } from "../weather.ts";

/**
 * The time from a start of the storage to its end. What it is asked is answered by calling back,
 * and by nothing once it has crashed.
 */
export class Life {
  readonly process: SimulatedProcess;
  readonly store: LogStore;
  readonly #weather: Weather;
  readonly #fail: (error: unknown) => void;
  closing = false;
  /** Calls without an answer yet. */
  pending = 0;
  /** Checkpoints among them. */
  checkpoints = 0;

  constructor(
    process: SimulatedProcess,
    store: LogStore,
    weather: Weather,
    fail: (error: unknown) => void,
  ) {
    this.process = process;
    this.store = store;
    this.#weather = weather;
    this.#fail = fail;
  }

  get crashed(): boolean {
    return this.process.disk.left !== null;
  }

  /** Whether the store may refuse to write. */
  get mayRefuse(): boolean {
    return this.#weather === "full" || this.#weather === "failing";
  }

  /** Makes a call and hears its answer, unless the process crashes before. */
  call<T>(
    work: () => T | Promise<T>,
    done: (value: T) => void,
    failed: (error: unknown) => void,
  ): void {
    this.pending++;
    const settle = (answer: () => void) => {
      if (this.crashed) return;
      this.pending--;
      try {
        answer();
      } catch (error) {
        this.#fail(error);
      }
    };
    new Promise<T>((resolve) => resolve(work())).then(
      (value) => settle(() => done(value)),
      (error: unknown) => settle(() => failed(error)),
    );
  }

  /** Throws unless a call may end in this error here and now. */
  checkError(error: unknown, removed: boolean): void {
    const text = error instanceof Error ? error.message : String(error);
    must(isAnswer(error), () => `a call threw: ${error instanceof Error ? error.stack : text}`);
    const { code } = error;
    if (code === "removed" || code === "missing") must(removed, () => `not removed, but: ${text}`);
    else if (code === "closing") must(this.closing, () => `not closing, but: ${text}`);
    else if (code === "full") must(this.#weather === "full", () => `not full, but: ${text}`);
    else if (code === "failed") must(this.#weather === "failing", () => `no failure, but: ${text}`);
    else must(error instanceof SequenceError, () => `no reason for: ${text}`);
  }
}

function isAnswer(error: unknown): error is StorageError | DiskError | SequenceError {
  const kinds = [StorageError, DiskError, SequenceError];
  return kinds.some((kind) => error instanceof kind);
}
