import type { Clock } from "../../platform/clock.ts";

/** Work that has to be done again whenever something has changed. */
export interface RepeatedWorkPath {
  readonly clock: Clock;
  /** How long after a failure it is tried again. */
  readonly retryMs: number;
  readonly work: () => Promise<void>;
  /** Told of a failure. Throws what isn't to be borne. */
  readonly failed: (error: unknown) => void;
}

/**
 * Does work one time after the other: once more if that was asked for meanwhile, however often, and
 * again in a while if it has failed.
 */
export class RepeatedWork {
  readonly #path: RepeatedWorkPath;
  #isWanted = false;
  #isRunning = false;
  #closed = false;

  constructor(path: RepeatedWorkPath) {
    this.#path = path;
  }

  /** Has it done from its beginning, now or when what is under way has ended. */
  ask(): void {
    this.#isWanted = true;
    if (!this.#isRunning && !this.#closed) void this.#run();
  }

  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#isWanted && !this.#closed) {
        this.#isWanted = false;
        await this.#path.work();
      }
    } catch (error) {
      this.#path.clock.after(this.#path.retryMs, () => this.ask());
      this.#path.failed(error);
    } finally {
      this.#isRunning = false;
    }
  }
}
