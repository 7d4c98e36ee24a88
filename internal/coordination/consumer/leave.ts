import type { GroupRules } from "./group-rules.ts";
import { AWAY_EPOCH, type ConsumerGroup, withMember, withoutMember } from "./group-state.ts";
import { NO_PARTITIONS } from "./partitions.ts";
import { topicsHash, topicsRead } from "./topics.ts";

/**
 * The group without members that have left, or were taken out. What they held is free at once; who
 * gets it is decided at the next heartbeat of another.
 */
export function departed(
  group: ConsumerGroup,
  memberIds: readonly string[],
  { view }: GroupRules,
): ConsumerGroup {
  const left = memberIds.reduce(withoutMember, group);
  const epoch = group.epoch + 1;
  return { ...left, epoch, topicsHash: topicsHash(topicsRead(left, view)) };
}

/** The group while a static member is away: what it held is kept for it, until its session ends. */
export function stepAway(group: ConsumerGroup, memberId: string): ConsumerGroup {
  const member = group.members.get(memberId);
  if (member === undefined) return group;
  const holding = { ...member.holding, epoch: AWAY_EPOCH, revoking: NO_PARTITIONS };
  return withMember(group, memberId, { ...member, holding });
}
