import type { FrameBuffers } from "./frame-buffers.ts";
import type { PartialFrame } from "./network.ts";

/** Bytes of the size in front of each frame: a signed 32-bit number, big-endian. */
const SIZE_BYTES = 4;

/** A frame's first buffer is no larger than this; it grows as the bytes really come. */
const FIRST_BUFFER_BYTES = 1024 * 1024;

/** Why a stream can't be cut into frames any further; the connection has to end. */
export interface FrameError {
  readonly code: "frame-negative" | "frame-empty" | "frame-too-large";
  /** The size that the stream claims. */
  readonly sizeBytes: number;
  readonly maxBytes: number;
}

/** Takes one whole frame, `buffer[from, to)` without its size; the bytes are the callee's. */
export type TakeFrame = (buffer: Uint8Array, from: number, to: number) => void;

/**
 * Cuts a stream of bytes into frames that have their size in front.
 *
 * ```
 * +---------+----------------------+---------+------
 * | size: 4 | frame: `size` bytes  | size: 4 | ...
 * +---------+----------------------+---------+------
 * ```
 *
 * A frame that lies within one chunk is handed out as a slice of it. One that spans chunks is
 * gathered in a buffer of its own, which is `partial` meanwhile. That buffer follows the bytes
 * that have come, not the size that was claimed, so a client that claims much and sends nothing
 * costs little. A size that is negative, zero or above the bound ends the stream: it is returned
 * as a `FrameError`, now and for all that comes after.
 */
export class FrameAssembler {
  private readonly maxBytes: number;
  private readonly take: TakeFrame;
  private readonly buffers: FrameBuffers | undefined;
  private error: FrameError | null = null;
  /** How many bytes of the next frame's size have come, and what they say so far. */
  private sizeFilled = 0;
  private size = 0;
  /** The frame of `size` bytes that has begun and is not all there. */
  private pending: { bytes: Uint8Array; filledBytes: number } | null = null;

  /**
   * `maxBytes` bounds a frame without its size; it is below 2^31. Frames that span chunks are
   * gathered in memory of `buffers`: who takes a frame gives it back there.
   */
  constructor(maxBytes: number, take: TakeFrame, buffers?: FrameBuffers) {
    this.maxBytes = maxBytes;
    this.take = take;
    this.buffers = buffers;
  }

  /** The frame that has begun, as `Receiver.partial` means it. */
  get partial(): PartialFrame | null {
    return this.pending;
  }

  /** Takes the bytes `[from, to)` of a chunk; null unless the stream has ended here or before. */
  receive(chunk: Uint8Array, from: number, to: number): FrameError | null {
    let at = from;
    while (at < to && this.error === null) {
      at = this.pending === null ? this.begin(chunk, at, to) : this.append(chunk, at, to);
    }
    return this.error;
  }

  /** Notes that `count` bytes behind `partial.filledBytes` are in place. */
  filled(count: number): void {
    const { pending } = this;
    if (pending === null) throw new Error("no frame has begun");
    pending.filledBytes += count;
    if (pending.filledBytes < pending.bytes.length) return;
    if (pending.filledBytes < this.size) {
      const grown = this.memory(Math.min(this.size, 2 * pending.bytes.length));
      grown.set(pending.bytes);
      this.buffers?.give(pending.bytes);
      pending.bytes = grown;
    } else {
      this.pending = null;
      this.nextSize();
      this.take(pending.bytes, 0, pending.filledBytes);
    }
  }

  /** Reads a size, and the frame when it's all there; returns the place behind what was used. */
  private begin(chunk: Uint8Array, from: number, to: number): number {
    let at = from;
    while (this.sizeFilled < SIZE_BYTES) {
      if (at === to) return at;
      this.size = (this.size << 8) | (chunk[at++] ?? 0);
      this.sizeFilled++;
    }
    const { size, maxBytes } = this;
    if (size <= 0 || size > maxBytes) {
      const code = size < 0 ? "frame-negative" : size === 0 ? "frame-empty" : "frame-too-large";
      this.error = { code, sizeBytes: size, maxBytes };
      return to;
    }
    if (size > to - at) {
      this.pending = { bytes: this.memory(Math.min(size, FIRST_BUFFER_BYTES)), filledBytes: 0 };
      return at;
    }
    this.nextSize();
    this.take(chunk, at, at + size);
    return at + size;
  }

  /** Adds bytes to the frame that has begun. */
  private append(chunk: Uint8Array, from: number, to: number): number {
    const { pending } = this;
    if (pending === null) throw new Error("no frame has begun");
    const count = Math.min(pending.bytes.length - pending.filledBytes, to - from);
    pending.bytes.set(chunk.subarray(from, from + count), pending.filledBytes);
    this.filled(count);
    return from + count;
  }

  private memory(sizeBytes: number): Uint8Array {
    return this.buffers?.take(sizeBytes) ?? new Uint8Array(sizeBytes);
  }

  private nextSize(): void {
    this.size = 0;
    this.sizeFilled = 0;
  }
}
