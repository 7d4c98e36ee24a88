import type { Clock } from "../platform/clock.ts";
import { StorageError } from "./errors.ts";
import { LatencyWindow } from "./latency.ts";

/** Told when everything that was touched before it asked is durable, or why it can't be. */
export type OnDurable = (error: StorageError | null) => void;

/**
 * Makes what one or many turns wrote durable together.
 *
 * While one round of syncs is under way, the files touched and the waiters gather for the next: so
 * the number of syncs is bounded by the disk's speed and not by the number of appends.
 *
 * A sync that fails is final: the kernel may have dropped the bytes and would call them clean the
 * next time, so nobody is told anything but `failed` from then on.
 */
export class GroupCommit {
  /** How long the last rounds took. */
  readonly latencies = new LatencyWindow();
  readonly #clock: Clock;
  #syncs = new Map<string, () => Promise<void>>();
  #waiting: OnDurable[] = [];
  #running = false;
  #failure: StorageError | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why nothing can become durable any more, once that is so. */
  get failure(): StorageError | null {
    return this.#failure;
  }

  /** How many wait for the next round. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Something that was written elsewhere can't become durable any more, so nothing can. */
  fail(error: StorageError): void {
    this.#failure ??= error;
  }

  /** The file or folder `path` has something that the next round makes durable by `sync`. */
  touch(path: string, sync: () => Promise<void>): void {
    if (!this.#syncs.has(path)) this.#syncs.set(path, sync);
  }

  /** Calls `done` when all that has been touched so far is durable. */
  whenDurable(done: OnDurable): void {
    this.#waiting.push(done);
    if (!this.#running) void this.#run();
  }

  /** Like `whenDurable`, as a promise that rejects with the failure. */
  durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.whenDurable((error) => (error ? reject(error) : resolve()));
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      if (!this.#failure) await this.#syncAll();
      for (const done of waiting) done(this.#failure);
    }
    this.#running = false;
  }

  async #syncAll(): Promise<void> {
    const syncs = [...this.#syncs.values()];
    this.#syncs.clear();
    const beganMs = this.#clock.monotonicMs();
    await Promise.all(syncs.map((sync) => sync().catch((cause) => this.fail(syncFailure(cause)))));
    if (syncs.length > 0) this.latencies.add(this.#clock.monotonicMs() - beganMs);
  }
}

function syncFailure(cause: unknown): StorageError {
  const message = "a sync failed, so it is unknown what is on the disk; check it and restart";
  return new StorageError("failed", message, { cause });
}
