import { must } from "../failure.ts";
import type { Ledger } from "../shared/ledger.ts";
import { isSame } from "../shared/mirror.ts";
import type { Commit } from "./commit.ts";
import type { Observed } from "./observed.ts";

/**
 * Both brokers' logs are the same, to the last batch, and are what was committed. `ledgers` and
 * copies go by the same keys.
 */
export function checkEqual(
  one: Observed,
  other: Observed,
  ledgers: ReadonlyMap<string, Ledger<Commit>>,
): void {
  for (const key of new Set([...one.copies.keys(), ...other.copies.keys()])) {
    const [a, b] = [one, other].map(({ copies }) => copies.get(key)?.mirror.batches ?? []);
    const text = () => `${key}: one has ${a?.length} batches, the other ${b?.length}`;
    must(a !== undefined && a.length === b?.length, text);
    const commits = ledgers.get(key)?.commits ?? [];
    must(commits.length === a.length, () => `${key}: ${commits.length} of ${a.length} committed`);
    const isOwn = key.startsWith("__");
    const count = isOwn ? a.length : new Set(a.map(({ crc }) => crc)).size;
    must(count === a.length, () => `${key}: something was written twice`);
    for (const [i, batch] of a.entries()) {
      must(isSame(batch, b[i]), () => `${key}: the copies differ at ${batch.offset}`);
    }
  }
}
