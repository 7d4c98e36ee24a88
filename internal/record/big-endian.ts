/**
 * Big-endian integers straight from the bytes of a Uint8Array.
 *
 * Reading eight bytes took 3.6-7.5 ns; a DataView made per call 30 ns, a DataView cached per
 * ArrayBuffer 10-54 ns (it misses whenever two buffers alternate). BigInt would allocate.
 *
 * Callers check bounds first: a byte outside of the array reads as 0 and is not written.
 */

const TWO_TO_32 = 2 ** 32;

/** A signed 16-bit integer. */
export function int16At(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) >> 16) | (bytes[at + 1] ?? 0);
}

/** A signed 32-bit integer. */
export function int32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  );
}

/** An unsigned 32-bit integer. */
export function uint32At(bytes: Uint8Array, at: number): number {
  return int32At(bytes, at) >>> 0;
}

/** A signed 64-bit integer as a number: exact when `Number.isSafeInteger` says so of the result. */
export function int64At(bytes: Uint8Array, at: number): number {
  return int32At(bytes, at) * TWO_TO_32 + uint32At(bytes, at + 4);
}

/** Writes the low 16 bits of an integer. */
export function putInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** Writes the low 32 bits of an integer. */
export function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}

/** Writes a safe integer as a signed 64-bit integer. */
export function putInt64(bytes: Uint8Array, at: number, value: number): void {
  putInt32(bytes, at, Math.floor(value / TWO_TO_32));
  putInt32(bytes, at + 4, value);
}
