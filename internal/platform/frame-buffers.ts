/** Smaller frames come from memory that is at hand anyway, larger ones are rare. */
const SMALLEST_BYTES = 64 * 1024;
const LARGEST_BYTES = 1024 * 1024;

/** Free buffers that are kept, in bytes. */
const KEPT_BYTES = 8 * 1024 * 1024;

/**
 * Memory in which large frames are gathered, used again when a frame is no longer needed: to touch
 * new memory costs more than to receive into it.
 */
export class FrameBuffers {
  /** By their size, a power of two. */
  readonly #free = new Map<number, Uint8Array[]>();
  #freeBytes = 0;
  readonly #lent = new WeakSet<ArrayBufferLike>();

  /** A buffer of `sizeBytes`, with anything in it. */
  take(sizeBytes: number): Uint8Array {
    if (sizeBytes < SMALLEST_BYTES || sizeBytes > LARGEST_BYTES) return new Uint8Array(sizeBytes);
    const capacity = 2 ** Math.ceil(Math.log2(sizeBytes));
    const free = this.#free.get(capacity)?.pop();
    if (free !== undefined) this.#freeBytes -= capacity;
    const whole = free ?? new Uint8Array(capacity);
    this.#lent.add(whole.buffer);
    return whole.subarray(0, sizeBytes);
  }

  /** Takes bytes back that nobody looks at any more; what did not come from here is let go of. */
  give(bytes: Uint8Array): void {
    if (bytes.length < SMALLEST_BYTES) return; // asking a small array for its buffer would cost
    const { buffer } = bytes;
    const capacity = buffer.byteLength;
    if (!this.#lent.delete(buffer) || this.#freeBytes + capacity > KEPT_BYTES) return;
    const free = this.#free.get(capacity);
    if (free === undefined) this.#free.set(capacity, [new Uint8Array(buffer)]);
    else free.push(new Uint8Array(buffer));
    this.#freeBytes += capacity;
  }
}
