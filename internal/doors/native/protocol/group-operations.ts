/** The requests about groups and their offsets, and their answers. */
import type { OffsetToSet } from "../../../broker/groups/group-changes.ts";
import type {
  GroupMemberStatus,
  GroupStatus,
  GroupSummary,
  TimedProgress,
} from "../../../broker/groups/group-status.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { flag, int32, int53, list, nullable, oneOf, record, text } from "./shapes.ts";

/** More entries than any list of one answer has; the bound of a frame is reached before. */
const MANY = 1_000_000;

/** How many offsets are set at a time. */
export const MAX_OFFSETS_SET = 10_000;

/** Where a group is in its life. */
export const groupState = oneOf(
  "Empty",
  "PreparingRebalance",
  "CompletingRebalance",
  "Assigning",
  "Reconciling",
  "Stable",
  "Dead",
);

/** How far a group has read a partition, without the text that clients may put beside it. */
export const progressFields = {
  topic: text,
  partition: int32(),
  committedOffset: int53(-1),
  logStartOffset: int53(-1),
  highWatermark: int53(-1),
  lag: int53(-1),
  memberId: nullable(text),
};

/** A lag as time: milliseconds, or -1. */
export const lagTimeFields = { lagMs: int53(-1), drainMs: int53(-1) };

const listingFields = {
  groupId: text,
  state: groupState,
  type: oneOf("classic", "consumer"),
  protocolType: text,
  memberCount: int32(),
  fromCopy: flag,
};

/** Which group a request is about. */
export interface GroupId {
  readonly groupId: string;
}

const groupIdOnly = record<GroupId>({ groupId: text });

/** Every group, in the order of ids. */
export const listGroups: Operation<Nothing, { readonly groups: readonly GroupSummary[] }> = {
  name: "list-groups",
  request: nothing,
  answer: record<{ readonly groups: readonly GroupSummary[] }>({
    groups: list(
      record<GroupSummary>({
        ...listingFields,
        partitionCount: int53(),
        lag: int53(),
        ...lagTimeFields,
      }),
      MANY,
    ),
  }),
};

/** One group with its members and its progress. */
export const describeGroup: Operation<GroupId, GroupStatus> = {
  name: "describe-group",
  request: groupIdOnly,
  answer: record<GroupStatus>({
    ...listingFields,
    generation: int32(),
    protocolName: text,
    members: list(
      record<GroupMemberStatus>({
        memberId: text,
        groupInstanceId: nullable(text),
        clientId: text,
        clientHost: text,
        partitionCount: int32(),
      }),
      MANY,
    ),
    partitions: list(
      record<TimedProgress>({ ...progressFields, metadata: text, ...lagTimeFields }),
      MANY,
    ),
  }),
};

/** Deletes a group without members, with its offsets. */
export const deleteGroup: Operation<GroupId, Nothing> = {
  name: "delete-group",
  request: groupIdOnly,
  answer: nothing,
};

/** Where a group without members is to go on. */
export interface SetGroupOffsetsRequest extends GroupId {
  readonly offsets: readonly OffsetToSet[];
}

/** Sets, or with -1 forgets, offsets of a group without members. */
export const setGroupOffsets: Operation<SetGroupOffsetsRequest, Nothing> = {
  name: "set-group-offsets",
  request: record<SetGroupOffsetsRequest>({
    groupId: text,
    offsets: list(
      record<OffsetToSet>({ topic: text, partition: int32(), offset: int53(-1) }),
      MAX_OFFSETS_SET,
    ),
  }),
  answer: nothing,
};
