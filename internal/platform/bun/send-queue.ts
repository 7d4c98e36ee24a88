/** Pieces of this size and more leave as they are; smaller ones are copied together. */
const COPY_BELOW_BYTES = 16 * 1024;

const STAGING_BYTES = 128 * 1024;

/** Where small pieces are put together; a write is over when it returns, so all queues share it. */
const staging = new Uint8Array(STAGING_BYTES);

/** Takes bytes `[from, from + length)`; returns how many of them, from the first on. */
export type Write = (bytes: Uint8Array, from: number, length: number) => number;

/**
 * The bytes that a connection has still to send, in order.
 *
 * Pieces are kept as they were handed in until they have left, so a write that is cut short
 * loses nothing: the small ones that did not fit are copied together again the next time.
 */
export class SendQueue {
  /** What has not left yet. */
  queuedBytes = 0;
  private readonly pieces: Uint8Array[] = [];
  /** How much of the first piece has left. */
  private sentOfFirst = 0;

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.pieces.push(bytes);
    this.queuedBytes += bytes.length;
  }

  clear(): void {
    this.pieces.length = 0;
    this.queuedBytes = 0;
    this.sentOfFirst = 0;
  }

  /** Offers all that is queued to `write` until it takes less than it is offered. */
  flush(write: Write): void {
    let next = 0;
    while (next < this.pieces.length) {
      const first = this.pieces[next];
      if (first === undefined) break;
      const from = this.sentOfFirst;
      const large = first.length - from >= COPY_BELOW_BYTES;
      const offered = large ? first.length - from : this.stage(next);
      const taken = large ? write(first, from, offered) : write(staging, 0, offered);
      next = this.advance(next, taken);
      if (taken < offered) break;
    }
    if (next === this.pieces.length) this.pieces.length = 0;
    else this.pieces.splice(0, next);
  }

  /** Copies small pieces together from `first` on; returns how many bytes there are now. */
  private stage(first: number): number {
    let staged = 0;
    let from = this.sentOfFirst;
    for (let i = first; i < this.pieces.length; i++) {
      const piece = this.pieces[i];
      if (piece === undefined || piece.length - from >= COPY_BELOW_BYTES) break;
      if (staged + piece.length - from > STAGING_BYTES) break;
      staging.set(from === 0 ? piece : piece.subarray(from), staged);
      staged += piece.length - from;
      from = 0;
    }
    return staged;
  }

  /** Passes over the `count` bytes that have left; returns the piece that is first now. */
  private advance(first: number, count: number): number {
    this.queuedBytes -= count;
    let next = first;
    let left = this.sentOfFirst + count;
    for (let piece = this.pieces[next]; piece !== undefined; piece = this.pieces[++next]) {
      if (left < piece.length) break;
      left -= piece.length;
    }
    this.sentOfFirst = left;
    return next;
  }
}
