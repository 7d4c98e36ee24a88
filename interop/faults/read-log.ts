import { kcat, READ } from "../kcat.ts";
import type { NumberedRecord } from "./promises.ts";

/** A log of gigabytes takes its time on a machine that does other things, too. */
const READ_TIMEOUT_MS = 600_000;

/** All partitions of a topic from their first offsets to their ends, as kcat reads them. */
export async function readLogs(
  address: string,
  topic: string,
  partitionCount: number,
): Promise<NumberedRecord[][]> {
  const logs = Array.from({ length: partitionCount }, (): NumberedRecord[] => []);
  const args = ["-t", topic, "-o", "beginning", "-f", "%p %o %k\\n"];
  const text = await kcat(address, [...READ, ...args], { timeoutMs: READ_TIMEOUT_MS });
  for (const line of text.split("\n").slice(0, -1)) {
    const [partition = Number.NaN, offset = Number.NaN, sequence = Number.NaN] = line
      .split(" ")
      .map(Number);
    logs[partition]?.push({ offset, sequence });
  }
  return logs;
}
