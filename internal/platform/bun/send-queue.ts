import { copyBytes } from "../copy-bytes.ts";

/** Pieces of this size and more leave as they are; smaller ones are copied together. */
const COPY_BELOW_BYTES = 16 * 1024;

const STAGING_BYTES = 128 * 1024;

/** Where small pieces are put together; a write is over when it returns, so all queues share it. */
const staging = new Uint8Array(STAGING_BYTES);

/** Bytes to be sent, `buffer[from, to)`. */
interface Piece {
  readonly buffer: Uint8Array;
  readonly from: number;
  readonly to: number;
}

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
  private readonly pieces: Piece[] = [];
  /** How much of the first piece has left. */
  private sentOfFirst = 0;

  /** Adds `buffer[from, to)`. */
  push(buffer: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    this.pieces.push({ buffer, from, to });
    this.queuedBytes += to - from;
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
      const from = first.from + this.sentOfFirst;
      const alone = next === this.pieces.length - 1 || first.to - from >= COPY_BELOW_BYTES;
      const offered = alone ? first.to - from : this.stage(next);
      const taken = alone ? write(first.buffer, from, offered) : write(staging, 0, offered);
      next = this.advance(next, taken);
      if (taken < offered) break;
    }
    if (next === this.pieces.length) this.pieces.length = 0;
    else this.pieces.splice(0, next);
  }

  /** Copies small pieces together from `first` on; returns how many bytes there are now. */
  private stage(first: number): number {
    let staged = 0;
    let skipped = this.sentOfFirst;
    for (let i = first; i < this.pieces.length; i++) {
      const piece = this.pieces[i];
      if (piece === undefined) break;
      const from = piece.from + skipped;
      const sizeBytes = piece.to - from;
      if (sizeBytes >= COPY_BELOW_BYTES || staged + sizeBytes > STAGING_BYTES) break;
      copyBytes(piece.buffer, from, piece.to, staging, staged);
      staged += sizeBytes;
      skipped = 0;
    }
    return staged;
  }

  /** Passes over the `count` bytes that have left; returns the piece that is first now. */
  private advance(first: number, count: number): number {
    this.queuedBytes -= count;
    let next = first;
    let left = this.sentOfFirst + count;
    for (let piece = this.pieces[next]; piece !== undefined; piece = this.pieces[++next]) {
      if (left < piece.to - piece.from) break;
      left -= piece.to - piece.from;
    }
    this.sentOfFirst = left;
    return next;
  }
}
