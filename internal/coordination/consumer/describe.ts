import type { GroupDescription, GroupListing } from "../api.ts";
import { NOTHING } from "../classic/member.ts";
import { CONSUMER_PROTOCOL, encodeAssignment } from "../consumer-protocol.ts";
import { chosenAssignor } from "./assign.ts";
import type { GroupRules } from "./group-rules.ts";
import { type ConsumerGroup, type ConsumerGroupState, stateOf } from "./group-state.ts";
import { named, type TopicAssignment, type TopicCatalog } from "./topics.ts";

/** A group of the consumer protocol, with all that Kafka's tools show of it. */
export interface ConsumerGroupDescription {
  readonly groupId: string;
  readonly state: ConsumerGroupState;
  readonly epoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
  readonly members: readonly ConsumerMemberDescription[];
}

/** A member of a group of the consumer protocol. */
export interface ConsumerMemberDescription {
  readonly memberId: string;
  readonly epoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly topics: readonly string[];
  /** Empty for none. */
  readonly topicRegex: string;
  readonly assigned: readonly TopicAssignment[];
  readonly target: readonly TopicAssignment[];
  /** Whether it speaks the classic protocol. */
  readonly isClassic: boolean;
}

/** A group, and what it takes to tell of it: a live one, or one that was saved. */
export interface DescribableGroup {
  readonly groupId: string;
  readonly group: ConsumerGroup;
  readonly topics: TopicCatalog;
  readonly rules: Pick<GroupRules, "assignors">;
}

/** A group in a list. */
export function listConsumerGroup({ groupId, group }: DescribableGroup): GroupListing {
  const state = stateOf(group);
  const memberCount = group.members.size;
  return { groupId, protocolType: CONSUMER_PROTOCOL, state, type: "consumer", memberCount };
}

/** A group in the same words as a classic one: what members have, not what they are to have. */
export function summarizeConsumerGroup(described: DescribableGroup): GroupDescription {
  const { group, rules } = described;
  const members = Array.from(group.members, ([memberId, { terms, holding }]) => ({
    memberId,
    groupInstanceId: terms.instanceId,
    clientId: terms.clientId,
    clientHost: terms.clientHost,
    metadata: NOTHING,
    assignment: encodeAssignment(named(holding.assigned, described.topics)),
  }));
  const protocolName = chosenAssignor(group, rules.assignors);
  return { ...listConsumerGroup(described), generation: group.epoch, protocolName, members };
}

/** A group with its members. */
export function describeConsumerGroup(described: DescribableGroup): ConsumerGroupDescription {
  const { groupId, group, rules } = described;
  const members = Array.from(group.members, ([memberId, { terms, target, holding }]) => ({
    memberId,
    epoch: holding.epoch,
    instanceId: terms.instanceId,
    rackId: terms.rackId,
    clientId: terms.clientId,
    clientHost: terms.clientHost,
    topics: terms.topics,
    topicRegex: terms.topicRegex ?? "",
    assigned: named(holding.assigned, described.topics),
    target: named(target, described.topics),
    isClassic: terms.classic !== null,
  }));
  return {
    groupId,
    state: stateOf(group),
    epoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignor: chosenAssignor(group, rules.assignors),
    members,
  };
}
