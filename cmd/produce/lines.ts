/** A line that is longer than it may be. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";
}

const lineFeed = 0x0a;
const nothing = new Uint8Array(0);

/**
 * Cuts chunks of bytes into lines, without copying those that lie in one chunk.
 *
 * A line ends with `\n`; what else is in it (a `\r`, too) belongs to it. An empty line is a line;
 * what follows the last `\n` is one if it is not empty. One line at the most is held back, and none
 * longer than `maxBytes`.
 *
 * Give it a chunk, then take lines while there is a `next`: it lies in `bytes[from, to)` until
 * `next` or `feed` is called again.
 */
export class LineSplitter {
  bytes: Uint8Array = nothing;
  from = 0;
  to = 0;
  /** The number of the line in `bytes`, from 1. */
  lineNumber = 0;

  readonly #maxBytes: number;
  #chunk: Uint8Array = nothing;
  #at = 0;
  #ended = false;
  /** The beginning of a line whose end has not come yet: `#held[0, #heldBytes)`. */
  #held = new Uint8Array(4096);
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Goes on with `chunk`, which is not to be changed while there is a next line. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** There will be no more chunks: what is held back is the last line. */
  end(): void {
    this.feed(nothing);
    this.#ended = true;
  }

  /** Whether there is another line; throws `LineTooLongError`. */
  next(): boolean {
    const end = this.#chunk.indexOf(lineFeed, this.#at);
    if (end < 0) {
      this.#hold(this.#chunk.length);
      if (!this.#ended || this.#heldBytes === 0) return false;
      this.#takeHeld();
      return true;
    }
    if (this.#heldBytes > 0) {
      this.#hold(end);
      this.#takeHeld();
    } else {
      this.#checkLength(end - this.#at);
      this.bytes = this.#chunk;
      this.from = this.#at;
      this.to = end;
      this.lineNumber++;
    }
    this.#at = end + 1;
    return true;
  }

  /** Keeps the chunk's bytes up to `to` until the line's end comes. */
  #hold(to: number): void {
    const neededBytes = this.#heldBytes + to - this.#at;
    this.#checkLength(neededBytes);
    if (neededBytes > this.#held.length) {
      const larger = new Uint8Array(Math.max(neededBytes, this.#held.length * 2));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(this.#chunk.subarray(this.#at, to), this.#heldBytes);
    this.#heldBytes = neededBytes;
    this.#at = to;
  }

  #takeHeld(): void {
    this.bytes = this.#held;
    this.from = 0;
    this.to = this.#heldBytes;
    this.#heldBytes = 0;
    this.lineNumber++;
  }

  #checkLength(lengthBytes: number): void {
    if (lengthBytes <= this.#maxBytes) return;
    const line = this.lineNumber + 1;
    throw new LineTooLongError(`line ${line} is longer than ${this.#maxBytes} bytes`);
  }
}
