import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * In what the logs of a topic differ between two data directories of brokers that were stopped, in
 * words: every byte of every segment counts.
 */
export function differences(
  one: string,
  two: string,
  topic: string,
  partitionCount: number,
): string[] {
  const found: string[] = [];
  for (let partition = 0; partition < partitionCount; partition++) {
    const log = `${topic}-${partition}`;
    const [left, right] = [contentOf(one, log), contentOf(two, log)];
    if (!left.equals(right)) {
      found.push(`${log}: ${left.length} and ${right.length} bytes that aren't the same`);
    }
  }
  return found;
}

/** All segments of a log, one behind the other: where one ends is each broker's own matter. */
function contentOf(data: string, log: string): Buffer {
  const folder = path.join(data, "logs", log);
  if (!existsSync(folder)) return Buffer.alloc(0);
  const names = readdirSync(folder).filter((name) => name.endsWith(".log"));
  return Buffer.concat(names.sort().map((name) => readFileSync(path.join(folder, name))));
}
