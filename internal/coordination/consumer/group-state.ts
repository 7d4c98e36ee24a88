import type { MemberProtocol } from "../api.ts";
import { NO_PARTITIONS, type Partitions } from "./partitions.ts";

/*
 * A group of the consumer protocol (KIP-848), as plain data that is never changed: whatever happens
 * gives a new state. The group moves in three steps, each of which has its epoch:
 *
 *     what members want changes ──> group epoch
 *     who shall have what        ──> assignment epoch, follows the group's
 *     who has what               ──> each member's epoch, follows the assignment's
 *
 * Invariant: no partition is held by two members. One is held from when its member is told of it
 * until that member has said that it is given up, or has left.
 */

/** A group of the consumer protocol. */
export interface ConsumerGroup {
  /** Grows when what is to be assigned has changed: members, subscriptions, topics. */
  readonly epoch: number;
  /** What `topicsHash` was of the topics that the members read, as of the epoch. */
  readonly topicsHash: number;
  /** The group epoch for which the members' targets were made. */
  readonly assignmentEpoch: number;
  /** By id, in the order in which they came. */
  readonly members: ReadonlyMap<string, ConsumerMember>;
}

/** A member of a group; what of it is the same object has not changed. */
export interface ConsumerMember {
  readonly terms: ConsumerTerms;
  readonly target: Partitions;
  readonly holding: Holding;
}

/** What a member says of itself. */
export interface ConsumerTerms {
  /** The lasting name of a static member. */
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** How long it may take to give partitions up. */
  readonly rebalanceTimeoutMs: number;
  /** Sorted. */
  readonly topics: readonly string[];
  /** Topics by a pattern, besides those by name; null or empty for none. */
  readonly topicRegex: string | null;
  /** null: it is content with any. */
  readonly assignor: string | null;
  /** Set for a member that speaks the classic protocol. */
  readonly classic: ClassicTerms | null;
}

/** What the classic protocol needs to know of a member besides. */
export interface ClassicTerms {
  readonly sessionTimeoutMs: number;
  /** Best first. */
  readonly protocols: readonly MemberProtocol[];
}

/**
 * How far a member has come with its target: it has it; it has been asked to give up partitions,
 * and hasn't said that it did; it waits for partitions that others still hold.
 */
export type HoldingState = "stable" | "unrevoked" | "unreleased";

/** What a member holds. */
export interface Holding {
  readonly epoch: number;
  /** The epoch before: an answer that tells of the present one may have been lost. */
  readonly previousEpoch: number;
  readonly state: HoldingState;
  /** What it has been told that it has. */
  readonly assigned: Partitions;
  /** What it has been told to give up. */
  readonly revoking: Partitions;
}

/** The epoch of a member that comes, with nothing. */
export const JOINING_EPOCH = 0;
/** The epoch of a static member that will be back; one that leaves for good says -1. */
export const AWAY_EPOCH = -2;

/** A group that nobody has come to yet; in Kafka, too, it begins with an epoch ahead. */
export const NEW_GROUP: ConsumerGroup = {
  epoch: 1,
  topicsHash: 0,
  assignmentEpoch: 0,
  members: new Map(),
};

/** What a member holds before it is given anything. */
export const NOTHING_HELD: Holding = {
  epoch: JOINING_EPOCH,
  previousEpoch: JOINING_EPOCH,
  state: "stable",
  assigned: NO_PARTITIONS,
  revoking: NO_PARTITIONS,
};

const NO_TERMS: ConsumerTerms = {
  instanceId: null,
  rackId: null,
  clientId: "",
  clientHost: "",
  rebalanceTimeoutMs: 0,
  topics: [],
  topicRegex: null,
  assignor: null,
  classic: null,
};

/** A member that has said nothing yet. */
export const NEW_MEMBER: ConsumerMember = {
  terms: NO_TERMS,
  target: NO_PARTITIONS,
  holding: NOTHING_HELD,
};

/** Where a group is in its life, in Kafka's words. */
export type ConsumerGroupState = "Empty" | "Assigning" | "Reconciling" | "Stable";

/** Where a group is in its life now. */
export function stateOf({ members, epoch, assignmentEpoch }: ConsumerGroup): ConsumerGroupState {
  if (members.size === 0) return "Empty";
  if (epoch > assignmentEpoch) return "Assigning";
  for (const { holding } of members.values()) {
    if (!isSettled(holding, assignmentEpoch)) return "Reconciling";
  }
  return "Stable";
}

/** Whether a member has its target of this epoch. */
export function isSettled({ state, epoch }: Holding, assignmentEpoch: number): boolean {
  return state === "stable" && epoch === assignmentEpoch;
}

/** The id of the member that has this instance id now. */
export function staticMemberId({ members }: ConsumerGroup, instanceId: string): string | undefined {
  for (const [memberId, { terms }] of members) {
    if (terms.instanceId === instanceId) return memberId;
  }
  return undefined;
}

/** The group with a member put in, or in place of what it was. */
export function withMember(
  group: ConsumerGroup,
  memberId: string,
  member: ConsumerMember,
): ConsumerGroup {
  return { ...group, members: new Map(group.members).set(memberId, member) };
}

/** The group without a member. */
export function withoutMember(group: ConsumerGroup, memberId: string): ConsumerGroup {
  const members = new Map(group.members);
  members.delete(memberId);
  return { ...group, members };
}
