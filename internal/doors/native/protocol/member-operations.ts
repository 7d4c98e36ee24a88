/** The requests of a consumer that shares topics with the others of a group, and their answers. */
import type { OffsetToSet } from "../../../broker/groups/group-changes.ts";
import type { GroupAssignment, MemberPartition } from "../../../broker/groups/group-membership.ts";
import { MAX_OFFSETS_SET } from "./group-operations.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { int32, int53, list, nullable, optional, record, text } from "./shapes.ts";

/** Topics that one consumer may read in a group. */
export const MAX_GROUP_TOPICS = 1000;

/** More partitions than one topic has; the bound of a frame is reached before. */
const MANY = 1_000_000;

const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;

/** A consumer's wish to be in a group. */
export interface JoinGroupRequest {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Empty for a new member; the one it was given for one that comes back. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** What people see of it. */
  readonly clientId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

/** Enters a group, or comes back for a rebalance; answered when its members have been gathered. */
export const joinGroup: Operation<JoinGroupRequest, GroupAssignment> = {
  name: "join-group",
  request: record<JoinGroupRequest>({
    groupId: text,
    topics: list(text, MAX_GROUP_TOPICS),
    memberId: optional(text, ""),
    groupInstanceId: nullable(text),
    clientId: optional(text, ""),
    sessionTimeoutMs: optional(int32(1), SESSION_TIMEOUT_MS),
    rebalanceTimeoutMs: optional(int32(1), REBALANCE_TIMEOUT_MS),
  }),
  answer: record<GroupAssignment>({
    memberId: text,
    generation: int32(),
    partitions: list(
      record<MemberPartition>({ topic: text, partition: int32(), nextOffset: int53(-1) }),
      MANY,
    ),
  }),
};

/** Who a member is. */
export interface MemberOfGroup {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** Who a member is in one generation. */
export interface MemberOfGeneration extends MemberOfGroup {
  readonly generation: number;
}

const memberFields = { groupId: text, memberId: text, groupInstanceId: nullable(text) };

/** A sign of life. */
export const heartbeat: Operation<MemberOfGeneration, Nothing> = {
  name: "group-heartbeat",
  request: record<MemberOfGeneration>({ ...memberFields, generation: int32() }),
  answer: nothing,
};

/** How far a member has read. */
export interface CommitOffsetsRequest extends MemberOfGeneration {
  readonly offsets: readonly OffsetToSet[];
}

/** Keeps how far a member has read; durable when it is answered. */
export const commitOffsets: Operation<CommitOffsetsRequest, Nothing> = {
  name: "commit-offsets",
  request: record<CommitOffsetsRequest>({
    ...memberFields,
    generation: int32(),
    offsets: list(
      record<OffsetToSet>({ topic: text, partition: int32(), offset: int53() }),
      MAX_OFFSETS_SET,
    ),
  }),
  answer: nothing,
};

/** Leaves a group at once. */
export const leaveGroup: Operation<MemberOfGroup, Nothing> = {
  name: "leave-group",
  request: record<MemberOfGroup>(memberFields),
  answer: nothing,
};
