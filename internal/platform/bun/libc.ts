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
  /**
   * Reads into `target[from, to)` what the system has in memory of a file, from `position` on.
   *
   * Returns the number of bytes, 0 at the file's end; -1 where the device would have to be asked,
   * and whenever else it can't be done like this.
   */
  readCached(fd: number, target: Uint8Array, from: number, to: number, position: number): number;
  /** Lets `backlog` connections wait to be accepted. */
  listen(fd: number, backlog: number): void;
  /** Takes the lock on an open file until the file is closed; false where another has it. */
  lockFile(fd: number): boolean;
}

/** What differs between the systems; the numbers are those of their header files. */
interface System {
  readonly library: string;
  readonly errno: string;
  /** MSG_DONTWAIT and EAGAIN. */
  readonly dontWait: number;
  readonly wouldBlock: number;
}

const SYSTEMS: Readonly<Record<"linux" | "darwin", System>> = {
  linux: { library: "libc.so.6", errno: "__errno_location", dontWait: 0x40, wouldBlock: 11 },
  darwin: { library: "libSystem.B.dylib", errno: "__error", dontWait: 0x80, wouldBlock: 35 },
};

/** RWF_NOWAIT of preadv2, which only Linux has (since 4.14; glibc 2.26). */
const NO_WAIT = 8;

const LOCK_EXCLUSIVE = 2;
const LOCK_WITHOUT_WAITING = 4;

/** The C library of this machine, or null where it can't be loaded. */
export function loadLibc(): Libc | null {
  if (process.platform !== "linux" && process.platform !== "darwin") return null;
  const system = SYSTEMS[process.platform];
  try {
    return bind(system, process.platform === "linux" ? bindReadCached(system.library) : notCached);
  } catch {
    return null; // another C library than glibc; every caller has a way without
  }
}

function notCached(): number {
  return -1;
}

function bindReadCached(library: string): Libc["readCached"] {
  const { preadv2 } = dlopen(library, {
    preadv2: { args: ["i32", "ptr", "i32", "i64", "i32"], returns: "i32" },
  }).symbols;
  // struct iovec: an address and a length.
  const vector = new BigUint64Array(2);
  const vectorAt = ptr(vector);
  return (fd, target, from, to, position) => {
    if (fd < 0 || from >= to) return -1;
    vector[0] = BigInt(ptr(target, from));
    vector[1] = BigInt(to - from);
    return preadv2(fd, vectorAt, 1, position, NO_WAIT);
  };
}

function bind(system: System, readCached: Libc["readCached"]): Libc {
  const { library, errno: errnoName, dontWait, wouldBlock } = system;
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
    readCached,
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
