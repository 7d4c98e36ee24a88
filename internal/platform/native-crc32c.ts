/**
 * Loads the native CRC-32C (hardware instructions), where the platform has one.
 *
 * The platform's package is required directly, and by a literal name: so `bun build --compile`
 * puts the addon into the executable. Through `@node-rs/crc32` it would look for the addon in a
 * node_modules folder when it runs.
 */

/** The CRC-32C of all of `bytes` behind those whose CRC is `before` (0 for none); unsigned. */
export type NativeCrc32c = (bytes: Uint8Array, before: number) => number;

/** @returns the function, or undefined where the addon is missing or cannot be loaded */
export function loadNativeCrc32c(): NativeCrc32c | undefined {
  try {
    const addon: { crc32c?: unknown } = require("@node-rs/crc32-linux-x64-gnu");
    return isCrc32c(addon.crc32c) ? addon.crc32c : undefined;
  } catch {
    return undefined;
  }
}

/** Loading proves nothing about the platform; the standard check value does. */
function isCrc32c(candidate: unknown): candidate is NativeCrc32c {
  if (typeof candidate !== "function") return false;
  const encoder = new TextEncoder();
  const first = candidate(encoder.encode("12345"), 0);
  return candidate(encoder.encode("6789"), first) === 0xe3069283;
}
