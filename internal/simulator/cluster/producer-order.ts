import { must } from "../failure.ts";
import type { Attempts } from "../model/attempts.ts";
import type { Ledger } from "../shared/ledger.ts";
import type { Commit } from "./observed.ts";

/** What each idempotent producer has written stands in its order, and nothing lacks between. */
export function checkProducerOrder(ledger: Ledger<Commit>, attempts: Attempts): void {
  if (ledger.losses > 0) return;
  const next = new Map<string, number>();
  for (const { batch } of ledger.commits) {
    const attempt = attempts.ofSum(batch.crc);
    if (!attempt?.producer) continue;
    const { producerId, producerEpoch, baseSequence } = attempt.producer;
    const who = `${producerId} in ${producerEpoch}`;
    const expected = next.get(who) ?? baseSequence;
    const text = () => `${ledger.name}: producer ${who} has ${baseSequence} at ${batch.offset}`;
    must(baseSequence === expected, () => `${text()}, where ${expected} comes next`);
    next.set(who, baseSequence + attempt.recordCount);
  }
}
