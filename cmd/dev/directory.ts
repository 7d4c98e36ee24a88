import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** `weir-dev-PID-random`. */
const NAME = /^weir-dev-(\d+)-/;

/**
 * A directory for as long as this process lives: it goes when the process ends, however it does,
 * unless it is killed. What one that was killed has left goes here, too.
 */
export function makeDevDirectory(): string {
  const parent = os.tmpdir();
  for (const name of readdirSync(parent)) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) remove(path.join(parent, name));
  }
  const directory = mkdtempSync(path.join(parent, `weir-dev-${process.pid}-`));
  process.on("exit", () => remove(directory));
  return directory;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process can't be signalled, and is there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function remove(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {} // another's, or another is removing it just now
}
