import type { Committed } from "../shared/ledger.ts";

/**
 * What stood behind a commit, besides its leader:
 * - `both`: the other broker has it, durable;
 * - `alone`: the other one was out of sync, and this was told to people;
 * - `observed`: the other one is an observer, for whom nobody waits;
 * - `unpaired`: there was no other one yet, or who promoted knew that it is away.
 */
export type Backing = "both" | "alone" | "observed" | "unpaired";

/** A batch below a leader's high watermark. */
export interface Commit extends Committed {
  readonly backing: Backing;
  /** When it came to be; where the other one is gone by then that has it, when that was there. */
  readonly atMs: number;
}
