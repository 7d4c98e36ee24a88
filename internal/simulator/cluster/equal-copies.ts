import { must } from "../failure.ts";
import { isSame, type MirroredBatch } from "../shared/mirror.ts";
import type { Commit } from "./observed.ts";

/** All copies of a log are the same, to the last batch, and are what was committed. */
export function checkEqual(
  key: string,
  commits: readonly Commit[],
  copies: readonly (readonly MirroredBatch[])[],
): void {
  for (const copy of copies) {
    must(commits.length === copy.length, () => `${key}: ${copy.length} of ${commits.length}`);
    for (const [i, { batch }] of commits.entries()) {
      must(isSame(batch, copy[i]), () => `${key}: the copies differ at ${batch.offset}`);
    }
  }
  const isOwn = key.startsWith("__");
  const count = isOwn ? commits.length : new Set(commits.map(({ batch }) => batch.crc)).size;
  must(count === commits.length, () => `${key}: something was written twice`);
}
