import path from "node:path";
import { type Disk, DiskError } from "../../internal/platform/disk.ts";
import { StorageError } from "../../internal/storage/errors.ts";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";

/** Where a broker keeps its data unless told otherwise. */
export const defaultData = "./weir-data";

/** The machine's disk. */
export async function openDisk(): Promise<Disk> {
  const { bunPlatform } = await import("../../internal/platform/bun/platform.ts");
  return bunPlatform().disk;
}

/** A data directory's full path; throws `CommandError` if there is none of that name. */
export function dataDirectory(disk: Disk, name: string): string {
  const directory = path.resolve(name);
  if (disk.exists(`${directory}/logs`)) return directory;
  const message = `${name} is no data directory: it has no folder 'logs'`;
  throw new CommandError("no-data", message, exitCodes.failed, "Name one with --data.");
}

/** Does `work` on files; what they refuse becomes a `CommandError`. */
export async function withFiles<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) {
      throw new CommandError(error.code, error.message, exitCodes.failed, "", error);
    }
    if (error instanceof DiskError) {
      throw new CommandError(`disk-${error.code}`, error.message, exitCodes.failed, "", error);
    }
    throw error;
  }
}

/** The error that a look at files ends with that found damage. */
export function damageFound(message: string, advice = ""): CommandError {
  return new CommandError("damaged", message, exitCodes.damaged, advice);
}
