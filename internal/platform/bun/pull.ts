import type { Receiver } from "../network.ts";
import type { Libc } from "./libc.ts";

/** What one connection may read past Bun in a turn, so that the others get theirs. */
const BUDGET_BYTES = 8 * 1024 * 1024;

/** What is read behind a complete frame: the next frame's head, and little that is copied twice. */
const CHUNK_BYTES = 16 * 1024;

/** A chunk that nothing has been read into yet. */
let spare = new Uint8Array(CHUNK_BYTES);

/**
 * Reads the rest of a large frame, and the frames behind it, straight to where they belong.
 *
 * Bun hands out what a socket held in chunks of its own, which a large frame is then copied
 * together from. While the receiver has a partial frame, this asks the socket itself and spares
 * that copy. It stops when the socket is empty, when what comes behind a frame begins no large
 * one, or when the budget is spent. `readableFd` is asked before each read and says -1 when there
 * is to be none, because the receiver may have paused or closed the connection.
 */
export function pull(libc: Libc, receiver: Receiver, readableFd: () => number): void {
  let budget = BUDGET_BYTES;
  while (receiver.partial !== null && budget > 0) {
    const { bytes, filledBytes } = receiver.partial;
    const count = libc.receive(readableFd(), bytes, filledBytes, bytes.length);
    if (count === 0) return;
    budget -= count;
    receiver.filled(count);
    if (receiver.partial === null) budget -= pullChunk(libc, receiver, readableFd());
  }
}

/** Reads one small chunk; returns how much was in the socket. */
function pullChunk(libc: Libc, receiver: Receiver, fd: number): number {
  const count = libc.receive(fd, spare, 0, CHUNK_BYTES);
  if (count === 0) return 0;
  const chunk = spare;
  spare = new Uint8Array(CHUNK_BYTES);
  receiver.receive(chunk, 0, count);
  return count;
}
