import type { Clock } from "../../platform/clock.ts";
import { DiskError } from "../../platform/disk.ts";
import { RepeatedWork } from "./repeated-work.ts";

/** Between two writes there is so much time. */
const REST_MS = 1000;

/**
 * Writes down how far etcd has come, while it goes on: so a broker knows when it is started that
 * etcd was set back meanwhile. What comes within a second is written together: it isn't an ack that
 * waits for it.
 */
export class EtcdMemory {
  readonly #clock: Clock;
  readonly #write: (revision: number) => Promise<void>;
  readonly #writing: RepeatedWork;
  #revision: number;
  #written: number;

  /** `revision` is written down already; `write` rejects with `DiskError`. */
  constructor(clock: Clock, revision: number, write: (revision: number) => Promise<void>) {
    this.#clock = clock;
    this.#write = write;
    this.#revision = revision;
    this.#written = revision;
    this.#writing = new RepeatedWork({
      clock,
      retryMs: REST_MS,
      work: () => this.#writeOnce(),
      failed: (error) => {
        if (!(error instanceof DiskError)) throw error;
      },
    });
  }

  /** etcd has decided something, at this revision. */
  note(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    this.#writing.ask();
  }

  close(): void {
    this.#writing.close();
  }

  async #writeOnce(): Promise<void> {
    const revision = this.#revision;
    if (revision === this.#written) return;
    await this.#write(revision);
    this.#written = revision;
    await new Promise<void>((resolve) => this.#clock.after(REST_MS, resolve));
  }
}
