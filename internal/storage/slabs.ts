const SLAB_BYTES = 1024 * 1024;

/** Empty slabs that are kept for later: as many as tails may fill. */
const KEPT = 16;

/** A piece of memory that frames of the journal are made in, one behind the other. */
export interface Slab {
  readonly bytes: Uint8Array;
  /** Whether it is used anew when nothing stands in it; others may look at the memory of one. */
  readonly reusable: boolean;
  /** How many runs of batches in tails stand in it. */
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
  #current = newSlab(0);
  #usedBytes = 0;
  readonly #empty: Slab[] = [];

  /** Memory for a frame; what was in it before is still there. */
  take(sizeBytes: number): FrameMemory {
    if (sizeBytes > SLAB_BYTES) return wholeSlab(new Uint8Array(sizeBytes));
    if (this.#current.users === 0) this.#usedBytes = 0;
    if (this.#usedBytes + sizeBytes > this.#current.bytes.length) {
      this.#current = this.#empty.pop() ?? newSlab(SLAB_BYTES);
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
    if (slab.users > 0 || slab === this.#current || !slab.reusable) return;
    if (this.#empty.length < KEPT) this.#empty.push(slab);
  }
}

/** A slab that is not used again, with nothing but these bytes: several may have the same. */
export function wholeSlab(bytes: Uint8Array): FrameMemory {
  return { slab: { bytes, reusable: false, users: 0 }, bytes };
}

function newSlab(sizeBytes: number): Slab {
  return { bytes: new Uint8Array(sizeBytes), reusable: true, users: 0 };
}
