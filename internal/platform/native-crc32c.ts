/**
 * Loads a CRC-32C that uses the processor's instructions, where there is one: machine code of our
 * own, or the addon of a package.
 *
 * The addon's package for the platform is required directly, and by a literal name: so that
 * `bun build --compile` puts it into the executable. Through `@node-rs/crc32` it would look for the
 * addon in a node_modules folder when it runs.
 */
import { ptr } from "bun:ffi";
import { loadMachineCode } from "./crc32c/load-machine-code.ts";

/** A CRC-32C, and from how many bytes on a call is worth its overhead. */
export interface NativeCrc32c {
  readonly fromBytes: number;
  /** That of `bytes[from, to)` behind those whose CRC is `before` (0 for none); unsigned. */
  readonly sum: Crc32c;
}

type Crc32c = (bytes: Uint8Array, from: number, to: number, before: number) => number;

/** @returns the fastest one that works here, or undefined where none does */
export function loadNativeCrc32c(): NativeCrc32c | undefined {
  return attempt(machineCode) ?? attempt(addon);
}

/** What loads and is right; loading proves nothing about the platform. */
function attempt(load: () => NativeCrc32c | undefined): NativeCrc32c | undefined {
  try {
    const loaded = load();
    return loaded && isCrc32c(loaded.sum) ? loaded : undefined;
  } catch {
    return undefined;
  }
}

function machineCode(): NativeCrc32c | undefined {
  const code = loadMachineCode();
  if (!code) return undefined;
  return {
    fromBytes: 48,
    sum: (bytes, from, to, before) => code(ptr(bytes, from), to - from, before),
  };
}

function addon(): NativeCrc32c | undefined {
  const { crc32c }: { crc32c?: unknown } = require("@node-rs/crc32-linux-x64-gnu");
  if (typeof crc32c !== "function") return undefined;
  return {
    fromBytes: 768,
    sum: (bytes, from, to, before) => crc32c(bytes.subarray(from, to), before),
  };
}

/** The standard check value, in two parts, and as a part of more. */
function isCrc32c(sum: Crc32c): boolean {
  const bytes = new TextEncoder().encode("--123456789--");
  return sum(bytes, 7, 11, sum(bytes, 2, 7, 0)) === 0xe3069283;
}
