import type { CopyRules, IsrAuthority } from "./copy-state.ts";
import type { ReplicationMode } from "./messages.ts";

/** What a log asks of its copies. */
export interface LogRules extends CopyRules {
  readonly mode: ReplicationMode;
}

/** How a log is led: its epoch, and who has copies of it. */
export interface LeadTerms {
  readonly epoch: number;
  /** null: every follower has one, and the leader alone decides who is in sync. */
  readonly copies: AgreedCopies | null;
}

/** Every follower has a copy, and the leader alone decides. */
export function alone(epoch: number): LeadTerms {
  return { epoch, copies: null };
}

/** The copies of a log as all brokers have agreed on them; the leader's own is among them. */
export interface AgreedCopies {
  readonly replicas: readonly number[];
  /** Those of them that are new: what they get is bounded. */
  readonly adding: readonly number[];
  readonly isr: readonly number[];
  readonly authority: IsrAuthority;
}
