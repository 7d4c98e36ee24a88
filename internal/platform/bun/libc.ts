import { dlopen, ptr, read } from "bun:ffi";
import { NetworkError } from "../network.ts";

/** The system calls that Bun doesn't offer. */
export interface Libc {
  /**
   * Reads into `target[from, to)` what a socket holds, without waiting.
   *
   * Returns the number of bytes: 0 when there are none now, at the stream's end, or for the
   * number -1 of a socket that is closed. Throws `NetworkError` when the connection has failed;
   * the system tells that only once.
   */
  receive(fd: number, target: Uint8Array, from: number, to: number): number;
  /** Lets `backlog` connections wait to be accepted. */
  listen(fd: number, backlog: number): void;
  /** Takes the lock on an open file until the file is closed; false where another has it. */
  lockFile(fd: number): boolean;
}

/** What differs between the systems; the numbers are those of their header files. */
const SYSTEMS = {
  linux: { library: "libc.so.6", errno: "__errno_location", dontWait: 0x40, wouldBlock: 11 },
  darwin: { library: "libSystem.B.dylib", errno: "__error", dontWait: 0x80, wouldBlock: 35 },
} as const;

const LOCK_EXCLUSIVE = 2;
const LOCK_WITHOUT_WAITING = 4;

/** The C library of this machine, or null where it can't be loaded. */
export function loadLibc(): Libc | null {
  if (process.platform !== "linux" && process.platform !== "darwin") return null;
  const system = SYSTEMS[process.platform];
  try {
    return bind(system.library, system.errno, system.dontWait, system.wouldBlock);
  } catch {
    return null; // another C library than glibc; every caller has a way without
  }
}

function bind(library: string, errnoName: string, dontWait: number, wouldBlock: number): Libc {
  const { recv, listen, flock } = dlopen(library, {
    recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
    listen: { args: ["i32", "i32"], returns: "i32" },
    flock: { args: ["i32", "i32"], returns: "i32" },
  }).symbols;
  const errnoLocation = dlopen(library, { [errnoName]: { args: [], returns: "ptr" } }).symbols;

  /** Why the call just before failed; valid only right after it. */
  function errno(): number {
    const location = errnoLocation[errnoName]?.();
    if (location === undefined || location === null) throw new Error("errno has no address");
    return read.i32(location, 0);
  }

  return {
    receive(fd, target, from, to) {
      if (fd < 0 || from >= to) return 0;
      const count = recv(fd, ptr(target, from), to - from, dontWait);
      if (count >= 0) return count;
      const code = errno();
      if (code === wouldBlock) return 0;
      throw new NetworkError("reset", `recv failed with errno ${code}`);
    },
    listen(fd, backlog) {
      listen(fd, backlog);
    },
    lockFile(fd) {
      if (flock(fd, LOCK_EXCLUSIVE | LOCK_WITHOUT_WAITING) === 0) return true;
      const code = errno();
      if (code === wouldBlock) return false;
      throw new Error(`flock failed with errno ${code}`);
    },
  };
}
