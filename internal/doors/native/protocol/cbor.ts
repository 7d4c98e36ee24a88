// These entry points are the library's plain JavaScript: its main one looks for a native addon,
// by the path of the machine that it was built on.
import { Decoder } from "cbor-x/decode";
import { Encoder } from "cbor-x/encode";

/** Maps become `Map`s, so that no key from outside is ever a property of an object. */
const decoder = new Decoder({ mapsAsObjects: false, useRecords: false });

/** The shortest encoding of everything (RFC 8949, 4.1), plain maps, no tags. */
const encoder = new Encoder({ mapsAsObjects: false, useRecords: false, variableMapSize: true });

/** Bytes that are not one whole CBOR item. */
export class CborError extends Error {
  override readonly name = "CborError";
}

/**
 * Reads one CBOR item that takes up all of `bytes`.
 *
 * What comes back is anything: the shapes (shapes.ts) take what they know, so tags, dates and
 * whatever else the library makes of bytes end there. Throws `CborError`.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CborError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Writes numbers, texts, booleans, null, arrays, plain objects and maps.
 *
 * Whole numbers beyond 32 bits have to come as bigint: the library makes floats of them otherwise.
 */
export function encodeCbor(value: unknown): Uint8Array {
  return encoder.encode(value);
}
