import { DiskError, type DiskErrorCode } from "../disk.ts";
import { systemCode } from "./system-code.ts";

const CODES: Readonly<Record<string, DiskErrorCode>> = {
  ENOENT: "missing",
  ENOSPC: "full",
  EDQUOT: "full",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  EMFILE: "too-many-files",
  ENFILE: "too-many-files",
};

/** What kind of failure the system tells of. */
export function codeOf(cause: unknown): DiskErrorCode {
  return CODES[systemCode(cause)] ?? "failed";
}

/** What a failed call on the file or folder `path` is told as. */
export function diskError(operation: string, path: string, cause: unknown): DiskError {
  return new DiskError(codeOf(cause), operation, path, cause);
}

/** Returns what `work` does; what it throws becomes a `DiskError`. */
export function attempt<T>(operation: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw diskError(operation, path, cause);
  }
}
