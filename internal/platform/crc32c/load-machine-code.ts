import { dlopen, linkSymbols, type Pointer, ptr } from "bun:ffi";
import { readFileSync } from "node:fs";
import { MACHINE_CODE } from "./machine-code.ts";

/** Of the header files of Linux. */
const READ_WRITE = 0x1 | 0x2;
const READ_EXECUTE = 0x1 | 0x4;
const PRIVATE_ANONYMOUS = 0x2 | 0x20;
const PAGE_BYTES = 4096;

/** What `sum.c` takes: where the bytes stand, how many there are, and the CRC of those before. */
export type Sum = (at: Pointer, sizeBytes: number, before: number) => number;

/**
 * Puts the machine code into memory and makes it executable; undefined where it wouldn't run:
 * on another system or processor, or where memory may not be made executable.
 */
export function loadMachineCode(): Sum | undefined {
  if (process.platform !== "linux" || process.arch !== "x64" || !processorHasIt()) return undefined;
  const { mmap, mprotect, memcpy } = dlopen("libc.so.6", {
    mmap: { args: ["ptr", "u64", "i32", "i32", "i32", "i64"], returns: "ptr" },
    mprotect: { args: ["ptr", "u64", "i32"], returns: "i32" },
    memcpy: { args: ["ptr", "ptr", "u64"], returns: "ptr" },
  }).symbols;
  const code = Uint8Array.fromBase64(MACHINE_CODE);
  const page = mmap(null, PAGE_BYTES, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
  // A failure is -1 as a pointer: an odd address.
  if (page === null || Number(page) % PAGE_BYTES !== 0) return undefined;
  memcpy(page, ptr(code), code.length);
  if (mprotect(page, PAGE_BYTES, READ_EXECUTE) !== 0) return undefined;
  const signature = { args: ["ptr", "u64", "u32"], returns: "u32" } as const;
  return linkSymbols({ sum: { ...signature, ptr: page } }).symbols.sum;
}

function processorHasIt(): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
  const has = new Set(flags.split(" "));
  return has.has("sse4_2") && has.has("pclmulqdq");
}
