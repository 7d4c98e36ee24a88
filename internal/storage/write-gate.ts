import type { Clock } from "../platform/clock.ts";
import type { Disk } from "../platform/disk.ts";
import { StorageError } from "./errors.ts";

/** How long a refused writer waits before the disk is asked again. */
const RETRY_MS = 1000;

/** With less than so many times what must stay free, people are told ... */
const LOW_SHARE = 4;
/** ... and once more only after there was so much. */
const ENOUGH_SHARE = 6;

/**
 * Decides whether writes are taken: not while the disk is full, and never again, until a restart,
 * when a write has failed for another reason. It needs no timer: a writer who comes asks the disk.
 */
export class WriteGate {
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #minFreeBytes: number;
  readonly #checkEachBytes: number;
  readonly #low: (freeBytes: number) => void;
  #isLow = false;
  #uncheckedBytes: number;
  #refusal: StorageError | null = null;
  #retryAtMs = 0;

  /**
   * Free space is asked for each time `checkEachBytes` have been written; `low` is told once when
   * there is little of it, long before writes are refused.
   */
  constructor(
    clock: Clock,
    disk: Disk,
    directory: string,
    minFreeBytes: number,
    checkEachBytes: number,
    low: (freeBytes: number) => void,
  ) {
    this.#clock = clock;
    this.#disk = disk;
    this.#directory = directory;
    this.#minFreeBytes = minFreeBytes;
    this.#checkEachBytes = checkEachBytes;
    this.#low = low;
    this.#uncheckedBytes = checkEachBytes;
  }

  /** Why writes were refused last; null while they are taken. */
  get refusal(): StorageError | null {
    return this.#refusal;
  }

  /** Why a write of `sizeBytes` isn't taken now; null if it is. */
  ask(sizeBytes: number): StorageError | null {
    this.#uncheckedBytes += sizeBytes;
    const retry = this.#refusal?.code === "full" && this.#clock.monotonicMs() >= this.#retryAtMs;
    if (retry || (!this.#refusal && this.#uncheckedBytes >= this.#checkEachBytes))
      this.#checkSpace();
    return this.#refusal;
  }

  /** A write met this: those that follow are refused. */
  refuse(error: StorageError): void {
    if (this.#refusal?.code === "failed") return;
    this.#refusal = error;
    this.#retryAtMs = this.#clock.monotonicMs() + RETRY_MS;
  }

  #checkSpace(): void {
    this.#uncheckedBytes = 0;
    const freeBytes = this.#disk.freeBytes(this.#directory);
    this.#watchSpace(freeBytes);
    if (freeBytes >= this.#minFreeBytes) {
      this.#refusal = null;
      return;
    }
    const asks = `storage.min.free.bytes asks for ${this.#minFreeBytes}`;
    const has = `${this.#directory} has ${freeBytes} bytes free, ${asks}`;
    this.refuse(new StorageError("full", `the disk is full (${has}); free some space`));
  }

  #watchSpace(freeBytes: number): void {
    const isLow = freeBytes < LOW_SHARE * this.#minFreeBytes;
    if (isLow && !this.#isLow) this.#low(freeBytes);
    if (isLow || freeBytes >= ENOUGH_SHARE * this.#minFreeBytes) this.#isLow = isLow;
  }
}
