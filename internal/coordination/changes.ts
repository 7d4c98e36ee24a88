import type { ConsumerChange } from "./consumer/changes.ts";

/**
 * What the log of a partition of `__consumer_offsets` tells: the key names a thing, the value is
 * all that is known of it, null when it is gone. So the last record of each key is the present
 * state.
 */
export type GroupChange =
  | ConsumerChange
  | {
      readonly kind: "offset";
      readonly groupId: string;
      readonly topic: string;
      readonly partition: number;
      readonly committed: CommittedOffset | null;
    }
  | { readonly kind: "group"; readonly groupId: string; readonly saved: SavedGroup | null };

/** How far a group has read a partition. */
export interface CommittedOffset {
  readonly offset: number;
  /** The epoch of the last record read, -1 for none. */
  readonly leaderEpoch: number;
  /** Any text of the client's. */
  readonly metadata: string;
  readonly committedAtMs: number;
  /** Until when it is kept, if its client has said so. */
  readonly expiresAtMs: number | null;
}

/** A group as of a generation: with members it was stable, without it was empty. */
export interface SavedGroup {
  readonly protocolType: string;
  readonly generation: number;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  /** -1 if unknown. */
  readonly stateSinceMs: number;
  readonly members: readonly SavedMember[];
}

/** A member of a saved group. */
export interface SavedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** What it wants, in the words of the group's protocol. */
  readonly metadata: Uint8Array;
  readonly assignment: Uint8Array;
}
