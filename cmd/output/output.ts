import { write } from "node:fs";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";

/** How much is gathered before it is worth a write: some pipes' fill, far below a burden. */
const fullBytes = 256 * 1024;
/** Room for the record that fills the buffer up, so that common ones don't make it grow. */
const initialBytes = fullBytes + 64 * 1024;
/** How long to wait for a reader whose pipe is full and does not block us. */
const retryMs = 2;

/** Writes some of `bytes[from, to)` and says how many. */
export type WriteSome = (bytes: Uint8Array, from: number, to: number) => Promise<number>;

/** Whoever read our output has gone: there is nobody left to write for, and nothing is wrong. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
}

/**
 * A standard stream, written in large pieces.
 *
 * What is appended gathers in memory until `flush`, which resolves when all of it has been taken:
 * the caller awaits a flush whenever `full` says so, and so a slow reader slows the writer and
 * costs no memory. Nothing may be appended while a flush runs.
 */
export class Output {
  readonly #write: WriteSome;
  readonly #encoder = new TextEncoder();
  #buffer = new Uint8Array(initialBytes);
  #filledBytes = 0;
  #flushing = false;
  #stuck = false;
  #ending: { readonly signal: AbortSignal; readonly withinMs: number } | null = null;

  constructor(write: WriteSome) {
    this.#write = write;
  }

  /** Whether it is time to `flush`. */
  get full(): boolean {
    return this.#filledBytes >= fullBytes;
  }

  get empty(): boolean {
    return this.#filledBytes === 0;
  }

  /** Whether a write was given up that may still be going on, and keeps the process. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /** Once `signal` is aborted, a reader that takes longer for a flush counts as gone. */
  endBy(signal: AbortSignal, withinMs: number): void {
    this.#ending = { signal, withinMs };
  }

  /** Appends `bytes[from, to)`, which the caller may change afterwards. */
  appendBytes(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    const whole = from === 0 && to === bytes.length;
    this.#buffer.set(whole ? bytes : bytes.subarray(from, to), this.#filledBytes);
    this.#filledBytes += to - from;
  }

  appendText(text: string): void {
    const longestBytes = text.length * 3;
    this.#reserve(longestBytes);
    const room = this.#buffer.subarray(this.#filledBytes);
    this.#filledBytes += this.#encoder.encodeInto(text, room).written;
  }

  /** Writes what was appended; throws `OutputClosedError` when nobody reads it any more. */
  async flush(): Promise<void> {
    if (this.#flushing) throw new Error("a flush is running already");
    this.#flushing = true;
    try {
      await this.#timely(this.#writeAll(this.#buffer, this.#filledBytes));
    } finally {
      this.#filledBytes = 0;
      this.#flushing = false;
      // A write that was given up may still read what it was given.
      if (this.#stuck || this.#buffer.length > initialBytes) {
        this.#buffer = new Uint8Array(initialBytes);
      }
    }
  }

  async #writeAll(bytes: Uint8Array, to: number): Promise<void> {
    let written = 0;
    while (written < to) {
      if (this.#stuck) throw stuckError();
      written += await this.#write(bytes, written, to);
    }
  }

  /** Resolves when something is written; gives it up when one is to end and it takes too long. */
  async #timely(writing: Promise<void>): Promise<void> {
    const { signal, withinMs } = this.#ending ?? {};
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hurry = (): void => {
      timer = setTimeout(() => {
        this.#stuck = true;
        reject(stuckError());
      }, withinMs);
    };
    if (signal?.aborted) hurry();
    else signal?.addEventListener("abort", hurry, { once: true });
    try {
      await Promise.race([writing, givenUp]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", hurry);
    }
  }

  #reserve(bytes: number): void {
    if (this.#flushing) throw new Error("appended while a flush runs");
    const needed = this.#filledBytes + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#filledBytes));
    this.#buffer = larger;
  }
}

function stuckError(): OutputClosedError {
  return new OutputClosedError("the reader takes nothing");
}

/**
 * Writes to file descriptor `fd` in the thread pool, waiting as long as its reader takes.
 *
 * Not `process.stdout`: under Bun it keeps what a slow reader has not taken in memory without a
 * bound, and loses it when the process ends.
 */
export function descriptorWriter(fd: number): WriteSome {
  return (bytes, from, to) =>
    new Promise((resolve, reject) => {
      write(fd, bytes, from, to - from, null, (error, count) => {
        if (error === null) resolve(count);
        else if (error.code === "EAGAIN") setTimeout(() => resolve(0), retryMs);
        else if (error.code === "EPIPE") reject(new OutputClosedError("the reader has gone"));
        else reject(failedOutput(error));
      });
    });
}

function failedOutput(error: NodeJS.ErrnoException): CommandError {
  const message = `the output could not be written: ${error.message}`;
  return new CommandError("output-failed", message, exitCodes.failed, "", error);
}
