import type { Clock } from "../platform/clock.ts";
import type { Disk } from "../platform/disk.ts";
import { StorageError } from "./errors.ts";

/** How long a refused writer waits before the disk is asked again. */
const RETRY_MS = 1000;

/** With less than so many times what must stay free, people are told ... */
const LOW_SHARE = 4;
/** ... and once more only after there was so much. */
const ENOUGH_SHARE = 6;

/** What the gate goes by. */
export interface GatePath {
  readonly clock: Clock;
  readonly disk: Disk;
  /** The data directory. */
  readonly directory: string;
  readonly minFreeBytes: number;
  /** Free space is asked for each time so much has been written. */
  readonly checkEachBytes: number;
  /** Told once when there is little of it, long before writes are refused. */
  readonly low: (freeBytes: number) => void;
}

/**
 * Decides whether writes are taken: not while the disk is full, and never again, until a restart,
 * when a write has failed for another reason. It needs no timer: a writer who comes asks the disk.
 */
export class WriteGate {
  readonly #path: GatePath;
  #isLow = false;
  #uncheckedBytes: number;
  #refusal: StorageError | null = null;
  #retryAtMs = 0;

  constructor(path: GatePath) {
    this.#path = path;
    this.#uncheckedBytes = path.checkEachBytes;
  }

  /** Why writes were refused last; null while they are taken. */
  get refusal(): StorageError | null {
    return this.#refusal;
  }

  /** Why a write of `sizeBytes` isn't taken now; null if it is. */
  ask(sizeBytes: number): StorageError | null {
    const { clock, checkEachBytes } = this.#path;
    this.#uncheckedBytes += sizeBytes;
    const retry = this.#refusal?.code === "full" && clock.monotonicMs() >= this.#retryAtMs;
    if (retry || (!this.#refusal && this.#uncheckedBytes >= checkEachBytes)) this.#checkSpace();
    return this.#refusal;
  }

  /** A write met this: those that follow are refused. */
  refuse(error: StorageError): void {
    if (this.#refusal?.code === "failed") return;
    this.#refusal = error;
    this.#retryAtMs = this.#path.clock.monotonicMs() + RETRY_MS;
  }

  #checkSpace(): void {
    const { disk, directory, minFreeBytes } = this.#path;
    this.#uncheckedBytes = 0;
    const freeBytes = disk.freeBytes(directory);
    this.#watchSpace(freeBytes);
    if (freeBytes >= minFreeBytes) {
      this.#refusal = null;
      return;
    }
    const asks = `storage.min.free.bytes asks for ${minFreeBytes}`;
    const has = `${directory} has ${freeBytes} bytes free, ${asks}`;
    this.refuse(new StorageError("full", `the disk is full (${has}); free some space`));
  }

  #watchSpace(freeBytes: number): void {
    const { minFreeBytes, low } = this.#path;
    const isLow = freeBytes < LOW_SHARE * minFreeBytes;
    if (isLow && !this.#isLow) low(freeBytes);
    if (isLow || freeBytes >= ENOUGH_SHARE * minFreeBytes) this.#isLow = isLow;
  }
}
