const SLAB_BYTES = 1024 * 1024;

/** Empty slabs that are kept for later: as many as tails may fill. */
const KEPT = 16;

/** A piece of memory that frames of the journal are made in, one behind the other. */
export interface Slab {
  readonly bytes: Uint8Array;
  /** How many runs of batches in tails stand in it; it is used anew when none does. */
  users: number;
}

/** Bytes for a frame, and the slab they lie in. */
export interface FrameMemory {
  readonly slab: Slab;
  readonly bytes: Uint8Array;
}

/**
 * The memory of the journal's frames, used again and again: the first touch of new memory costs
 * more than all else that is done with a small batch.
 *
 * A frame's memory is its maker's until the end of the turn, and longer while it is kept.
 */
export class Slabs {
  #current: Slab = { bytes: new Uint8Array(0), users: 0 };
  #usedBytes = 0;
  readonly #empty: Slab[] = [];

  /** Memory for a frame; what was in it before is still there. */
  take(sizeBytes: number): FrameMemory {
    if (sizeBytes > SLAB_BYTES) return wholeSlab(new Uint8Array(sizeBytes));
    if (this.#current.users === 0) this.#usedBytes = 0;
    if (this.#usedBytes + sizeBytes > this.#current.bytes.length) {
      this.#current = this.#empty.pop() ?? { bytes: new Uint8Array(SLAB_BYTES), users: 0 };
      this.#usedBytes = 0;
    }
    const slab = this.#current;
    const from = this.#usedBytes;
    this.#usedBytes += sizeBytes;
    return { slab, bytes: slab.bytes.subarray(from, from + sizeBytes) };
  }

  /** What stands in the slab stays until it has been released as often as it was kept. */
  keep(slab: Slab): void {
    slab.users++;
  }

  release(slab: Slab): void {
    slab.users--;
    if (slab.users > 0 || slab === this.#current || slab.bytes.length !== SLAB_BYTES) return;
    if (this.#empty.length < KEPT) this.#empty.push(slab);
  }
}

/** A slab that is not used again, with nothing but these bytes. */
export function wholeSlab(bytes: Uint8Array): FrameMemory {
  return { slab: { bytes, users: 0 }, bytes };
}
