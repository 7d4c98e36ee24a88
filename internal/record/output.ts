import { RecordError } from "./errors.ts";

/** Bytes that grow at their end, never beyond a limit. */
export interface Output {
  bytes: Uint8Array;
  /** How many of the bytes are written. */
  length: number;
  readonly limitBytes: number;
}

/** An empty output with room for `sizeBytes`, or for the limit where that is less. */
export function newOutput(sizeBytes: number, limitBytes: number): Output {
  return { bytes: new Uint8Array(Math.min(sizeBytes, limitBytes)), length: 0, limitBytes };
}

/**
 * Makes room for `extraBytes` more behind `length`.
 *
 * @throws RecordError "too-large" when that goes beyond the limit; nothing is allocated then
 */
export function reserve(output: Output, extraBytes: number): void {
  const needBytes = output.length + extraBytes;
  if (needBytes <= output.bytes.length) return;
  if (needBytes > output.limitBytes) {
    const message = `more than the allowed ${output.limitBytes} bytes`;
    throw new RecordError("too-large", output.length, message);
  }
  const sizeBytes = Math.min(output.limitBytes, Math.max(needBytes, 2 * output.bytes.length));
  const grown = new Uint8Array(sizeBytes);
  grown.set(written(output));
  output.bytes = grown;
}

/** Below this length a loop is quicker than a call that needs a view. */
const COPY_BY_LOOP_BYTES = 32;

/** Appends a range of other bytes. */
export function append(output: Output, source: Uint8Array, from: number, to: number): void {
  reserve(output, to - from);
  if (to - from < COPY_BY_LOOP_BYTES) {
    for (let at = from; at < to; at++) output.bytes[output.length++] = source[at] ?? 0;
    return;
  }
  output.bytes.set(source.subarray(from, to), output.length);
  output.length += to - from;
}

/**
 * Appends `length` bytes that the output already has, `distance` back from its end: the copy of
 * LZ77 codecs. A distance shorter than the length repeats what the copy itself writes. The caller
 * has checked that 1 <= distance <= output.length.
 */
export function appendCopy(output: Output, distance: number, length: number): void {
  reserve(output, length);
  const from = output.length - distance;
  if (distance >= length && length >= COPY_BY_LOOP_BYTES) {
    output.bytes.copyWithin(output.length, from, from + length);
    output.length += length;
    return;
  }
  const bytes = output.bytes;
  for (let at = from; at < from + length; at++) bytes[output.length++] = bytes[at] ?? 0;
}

/** A view of what has been written. */
export function written(output: Output): Uint8Array {
  return output.bytes.subarray(0, output.length);
}
