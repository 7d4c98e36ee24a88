import type { OffsetToSet } from "../broker/groups/group-changes.ts";
import type { MemberPartition } from "../broker/groups/group-membership.ts";
import type { ReaderEvent } from "./reader-api.ts";

/** How to read in a group. */
export interface GroupReadRequest {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** What people see of this member. */
  readonly clientId: string;
  /** Where to begin in partitions of which the group has committed no offset. */
  readonly start: "earliest" | "latest";
  /** Whether to wait for more at the end of what each partition has when it is assigned. */
  readonly follow: boolean;
  /** Without a sign of life for so long, the member is out; 10 s if left out. */
  readonly sessionTimeoutMs?: number;
  /** How long the others wait for this member in a rebalance; a minute if left out. */
  readonly rebalanceTimeoutMs?: number;
}

/** The group has shared the partitions anew: this member has these now, and no others. */
export interface AssignedEvent {
  readonly kind: "assigned";
  readonly partitions: readonly MemberPartition[];
}

/**
 * The partitions are about to be shared anew. What was told before is still this member's to
 * commit, until the next event is asked for.
 */
export interface RevokingEvent {
  readonly kind: "revoking";
}

/** What a reader in a group tells. */
export type GroupEvent = AssignedEvent | RevokingEvent | ReaderEvent;

/**
 * Reads the records of some topics together with the other members of a group: each partition is
 * read by one of them, from where the group is. It says that it lives while someone iterates, or
 * holds an event.
 */
export interface GroupReader extends AsyncIterable<GroupEvent> {
  /**
   * Commits where the group is to go on in partitions that this member has; durable when it
   * resolves. Rejects with a `ClientError`: `illegal-generation` or `unknown-member-id` when they
   * are another's by now.
   */
  commit(offsets: readonly OffsetToSet[]): Promise<void>;
  /** Ends the iteration at once. */
  stop(): void;
  /** Ends the iteration, and leaves the group. */
  leave(): Promise<void>;
}
