import { output, type RunOptions } from "./command.ts";

/** Whether kcat is installed; without it, what needs it is left out. */
export const hasKcat = Bun.which("kcat") !== null;

/** Runs kcat against a broker; resolves with what it printed. */
export async function kcat(
  address: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  return await output(["kcat", "-b", address, ...args], options);
}

/** What kcat prints of each record: offset, key, headers, value and its size (-1: null). */
export const RECORD_FORMAT = "%o|%k|%h|%S|%s\\n";

/**
 * Has kcat read to the end, check every batch's checksum, and ask often: it knows of the end only
 * when an answer is empty.
 */
export const READ = ["-C", "-e", "-q", "-X", "check.crcs=true", "-X", "fetch.wait.max.ms=10"];

/** Reads partition 0 of a topic to its end, a line a record. */
export async function readLines(address: string, topic: string): Promise<string[]> {
  const args = ["-t", topic, "-p", "0", "-o", "beginning", "-f", RECORD_FORMAT];
  const text = await kcat(address, [...READ, ...args]);
  return text.split("\n").slice(0, -1);
}
