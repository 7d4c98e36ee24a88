import { batchSizeBytes, lastOffset } from "../../record/batch.ts";
import { HEADER_BYTES } from "../../record/layout.ts";

/**
 * The offset behind the last of some batches, which stand one behind the other in `pieces`; a
 * piece may end anywhere, also within a header.
 */
export function endOffsetOf(pieces: readonly Uint8Array[]): number {
  let end = -1;
  /** How far the next batch's header is behind the piece's begin. */
  let at = 0;
  let gathered: Uint8Array = new Uint8Array(0);
  for (const piece of pieces) {
    let bytes = piece;
    if (gathered.length > 0) {
      bytes = new Uint8Array(gathered.length + piece.length);
      bytes.set(gathered);
      bytes.set(piece, gathered.length);
    }
    while (at + HEADER_BYTES <= bytes.length) {
      end = lastOffset(bytes, at) + 1;
      at += batchSizeBytes(bytes, at);
    }
    gathered = at < bytes.length ? bytes.slice(at) : new Uint8Array(0);
    at = Math.max(0, at - bytes.length);
  }
  return end;
}
