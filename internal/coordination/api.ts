import type { ConsumerGroupDescription } from "./consumer/describe.ts";
import type { ConsumerGroupState } from "./consumer/group-state.ts";
import type { ConsumerHeartbeat, ConsumerHeartbeatAnswer } from "./consumer/requests.ts";
import type { GroupErrorCode } from "./errors.ts";

/**
 * Consumer groups and their offsets: consumers that share a topic's partitions, and how far they
 * have read.
 *
 * Errors are codes in the answers, as in the protocols that these operations serve: most of them
 * are part of a group's ordinary life. No operation rejects for anything that a client sends.
 */
export interface GroupCoordinator {
  /** Enters a group, or comes back for a rebalance; answered when the rebalance is complete. */
  joinGroup(request: JoinRequest): Promise<JoinAnswer>;
  /** Hands in the assignments (the leader) or asks for one's own; answered when it is there. */
  syncGroup(request: SyncRequest): Promise<SyncAnswer>;
  /** A sign of life; the answer tells a member when to join again. null: all is well. */
  heartbeat(request: HeartbeatRequest): GroupErrorCode | null;
  /** Takes members out of a group at once. */
  leaveGroup(request: LeaveRequest): Promise<LeaveAnswer>;

  /**
   * Everything that a member of the consumer protocol (KIP-848) says: it comes, stays, leaves.
   * What it is told is durable.
   */
  consumerHeartbeat(request: ConsumerHeartbeat): Promise<ConsumerHeartbeatAnswer>;

  /** Keeps how far a group has read; durable when this resolves. */
  commitOffsets(request: CommitRequest): Promise<PartitionAnswers>;
  /** How far a group has read. It sees every commit that was answered before it was asked. */
  fetchOffsets(request: FetchOffsetsRequest): Promise<readonly TopicOffsets[]>;
  /** Why a member may not ask how far its group has read; null if it may. */
  fetchRefusal(request: FetchClaim): GroupErrorCode | null;
  /** How far a group has read, as far as is known now: for those who look again soon. */
  knownOffsets(groupId: string): readonly TopicOffsets[];
  /** Forgets offsets of topics that the group doesn't read any more. */
  deleteOffsets(request: DeleteOffsetsRequest): Promise<DeleteOffsetsAnswer>;

  /** One group; null if there is none. */
  describeGroup(groupId: string): GroupDescription | null;
  /** One group of the consumer protocol, with more; null if there is none, or it isn't one. */
  describeConsumerGroup(groupId: string): ConsumerGroupDescription | null;
  /** The groups that pass the filter, in the order of their ids. */
  listGroups(filter: GroupFilter): GroupListing[];
  /** Deletes a group without members, and its offsets. */
  deleteGroup(groupId: string): Promise<GroupErrorCode | null>;

  /** Whether another broker coordinates a group: what is told of it here is a copy's. */
  isElsewhere(groupId: string): boolean;
  /**
   * Makes sure that what is told of a group, or of all (null), is no older than this question;
   * resolves with why it can't be told, null if it can. A slave reads its copy only when it is
   * asked so: until then it tells what it knew.
   */
  readable(groupId: string | null): Promise<GroupErrorCode | null>;

  /** Makes sure that groups can be kept; resolves with why they can't, null if they can. */
  ready(): Promise<GroupErrorCode | null>;
}

/** An assignor that a member knows, with what the member wants: opaque, and copied when kept. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

/** One consumer's wish to be in a group. */
export interface JoinRequest {
  readonly groupId: string;
  /** Empty for a new member. */
  readonly memberId: string;
  /** The lasting name of a static member (KIP-345). */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Without a heartbeat for so long, the member is out. */
  readonly sessionTimeoutMs: number;
  /** How long the others wait for this member in a rebalance. */
  readonly rebalanceTimeoutMs: number;
  /** Such as "consumer" or "connect": all members have the same. */
  readonly protocolType: string;
  /** Best first. */
  readonly protocols: readonly MemberProtocol[];
  /** Whether a new member without an instance id has to come back with the id it gets (KIP-394). */
  readonly memberIdRequired: boolean;
  /** Whether the client knows `skipAssignment` (KIP-814). */
  readonly canSkipAssignment: boolean;
}

/** A member's place in a generation, or why it has none. */
export type JoinAnswer =
  | { readonly error: GroupErrorCode; readonly memberId: string }
  | {
      readonly error: null;
      readonly memberId: string;
      readonly generation: number;
      readonly protocolType: string;
      /** The assignor that most members like best of those that all know. */
      readonly protocolName: string;
      readonly leaderId: string;
      /** The leader has its answer's members, and need not assign: nothing has changed. */
      readonly skipAssignment: boolean;
      /** All members, for the leader; none for the others. */
      readonly members: readonly JoinedMember[];
    };

/** A member as the leader is told of it. */
export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Uint8Array;
}

/** Who a member is, in every request after its first. */
export interface MemberClaim {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generation: number;
}

/** A member's question for its assignment. */
export interface SyncRequest extends MemberClaim {
  /** If these are given, they must be the group's (KIP-559). */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** From the leader: opaque, and copied. */
  readonly assignments: readonly MemberAssignment[];
}

/** What a member shall read, in the words of its assignor. */
export interface MemberAssignment {
  readonly memberId: string;
  readonly assignment: Uint8Array;
}

/** A member's assignment, or why it gets none. */
export type SyncAnswer =
  | { readonly error: GroupErrorCode }
  | {
      readonly error: null;
      readonly protocolType: string;
      readonly protocolName: string;
      readonly assignment: Uint8Array;
    };

/** A sign of life. */
export type HeartbeatRequest = MemberClaim;

/** Members that leave. */
export interface LeaveRequest {
  readonly groupId: string;
  readonly members: readonly LeavingMember[];
}

/** A member that leaves: by its id, by its instance id with an empty member id, or by both. */
export interface LeavingMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** How it went: for all, and if that is null, for each member in the request's order. */
export interface LeaveAnswer {
  readonly error: GroupErrorCode | null;
  readonly members: readonly (GroupErrorCode | null)[];
}

/** Something of several partitions of several topics. */
export interface OfTopic<T> {
  readonly topic: string;
  readonly partitions: readonly T[];
}

/** Offsets to be kept. Simple consumers, in no group, have generation -1 and no member id. */
export interface CommitRequest extends MemberClaim {
  /** How long to keep them, from now on; null: as the broker's settings say. */
  readonly retentionMs: number | null;
  /** Set if its client is too old to be a member of the consumer protocol. */
  readonly isBeforeMemberEpochs?: boolean;
  readonly topics: readonly OfTopic<OffsetToCommit>[];
}

/** How far one partition is read. */
export interface OffsetToCommit {
  readonly partition: number;
  /** Of the next record to read. */
  readonly offset: number;
  /** The epoch of the last record read, -1 for none. */
  readonly leaderEpoch: number;
  /** Any text of the client's. */
  readonly metadata: string;
}

/** How it went with each partition, in the request's order. */
export type PartitionAnswers = readonly OfTopic<PartitionAnswer>[];

/** How it went with one partition. */
export interface PartitionAnswer {
  readonly partition: number;
  readonly error: GroupErrorCode | null;
}

/** Who asks for a group's offsets: a member of the consumer protocol says who it is. */
export interface FetchClaim {
  readonly groupId: string;
  /** null, with an epoch of -1, for anybody else. */
  readonly memberId: string | null;
  readonly memberEpoch: number;
}

/** A question for a group's offsets. */
export interface FetchOffsetsRequest {
  readonly groupId: string;
  /** null for all that the group has. */
  readonly topics: readonly OfTopic<number>[] | null;
}

/** Offsets of one topic; -1 where there is none. */
export type TopicOffsets = OfTopic<OffsetToCommit>;

/** Offsets to be forgotten. */
export interface DeleteOffsetsRequest {
  readonly groupId: string;
  readonly topics: readonly OfTopic<number>[];
}

/** How it went: for all, and if that is null, with each partition. */
export interface DeleteOffsetsAnswer {
  readonly error: GroupErrorCode | null;
  readonly topics: PartitionAnswers;
}

/**
 * Where a classic group is in its life, in Kafka's words: without members; waiting for all to
 * join; waiting for the leader's assignments; at work; deleted.
 */
export type ClassicState =
  | "Empty"
  | "PreparingRebalance"
  | "CompletingRebalance"
  | "Stable"
  | "Dead";

/** The same of any group: one of the consumer protocol assigns, and then reconciles. */
export type GroupState = ClassicState | ConsumerGroupState;

/** Which groups to list: states and types in any case; an empty list lets all pass. */
export interface GroupFilter {
  readonly states: readonly string[];
  readonly types: readonly string[];
}

/** A group in a list. */
export interface GroupListing {
  readonly groupId: string;
  /** Empty for a group that has only offsets. */
  readonly protocolType: string;
  readonly state: GroupState;
  /** Which protocol its members speak. */
  readonly type: "classic" | "consumer";
  readonly memberCount: number;
}

/** A group with its members. */
export interface GroupDescription extends GroupListing {
  /** The group's epoch, if it is of the consumer protocol. */
  readonly generation: number;
  /** The assignor, while the group is stable; otherwise empty. */
  readonly protocolName: string;
  readonly members: readonly MemberDescription[];
}

/** A member of a group; metadata and assignment are empty while the group isn't stable. */
export interface MemberDescription extends JoinedMember {
  readonly clientId: string;
  readonly clientHost: string;
  readonly assignment: Uint8Array;
}
