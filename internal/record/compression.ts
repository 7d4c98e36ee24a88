/**
 * The codecs of record batches.
 *
 * gzip and zstd are those of node:zlib: its synchronous functions are pure, they touch nothing
 * outside. zlib's limit on the output holds while it expands, so a bomb is not expanded first.
 */
import { RecordError } from "./errors.ts";
import type { Codec } from "./layout.ts";
import { compressLz4, decompressLz4 } from "./lz4-frame.ts";
import { compressSnappy, decompressSnappy } from "./snappy.ts";

/** Loaded at the first use: it takes megabytes of memory, and a broker seldom opens a batch. */
function zlib(): typeof import("node:zlib") {
  return require("node:zlib");
}

/** Compresses the bytes at `from` up to `to`; with "none", a view of them. */
export function compress(codec: Codec, bytes: Uint8Array, from: number, to: number): Uint8Array {
  switch (codec) {
    case "none":
      return bytes.subarray(from, to);
    case "gzip":
      return zlib().gzipSync(bytes.subarray(from, to));
    case "snappy":
      return compressSnappy(bytes, from, to);
    case "lz4":
      return compressLz4(bytes, from, to);
    case "zstd":
      return zlib().zstdCompressSync(bytes.subarray(from, to));
  }
}

/**
 * Expands the bytes at `from` up to `to`; with "none", a view of them.
 *
 * Bun's zstd takes a frame that is cut off for a short one without a word: the count of records
 * in the batch's header, not this function, finds that out.
 *
 * @param limitBytes the most bytes that may come out
 * @throws RecordError "bad-compression", or "too-large" beyond the limit
 */
export function decompress(
  codec: Codec,
  bytes: Uint8Array,
  from: number,
  to: number,
  limitBytes: number,
): Uint8Array {
  switch (codec) {
    case "none":
      return bytes.subarray(from, to);
    case "gzip":
      return expandByZlib(zlib().gunzipSync, bytes, from, to, limitBytes);
    case "snappy":
      return decompressSnappy(bytes, from, to, limitBytes);
    case "lz4":
      return decompressLz4(bytes, from, to, limitBytes);
    case "zstd":
      return expandByZlib(zlib().zstdDecompressSync, bytes, from, to, limitBytes);
  }
}

type Expand = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

function expandByZlib(
  expand: Expand,
  bytes: Uint8Array,
  from: number,
  to: number,
  limitBytes: number,
): Uint8Array {
  try {
    return expand(bytes.subarray(from, to), { maxOutputLength: limitBytes });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
      const message = `more than the allowed ${limitBytes} bytes`;
      throw new RecordError("too-large", from, message, { cause });
    }
    throw new RecordError("bad-compression", from, "the compressed bytes are damaged", { cause });
  }
}
