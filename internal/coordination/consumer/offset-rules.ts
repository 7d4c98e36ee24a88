import type { CommitRequest, FetchClaim } from "../api.ts";
import type { GroupErrorCode } from "../errors.ts";
import type { ConsumerGroup, ConsumerMember } from "./group-state.ts";

/** Why nothing may be committed in this name to a group of the consumer protocol. */
export function consumerCommitRefusal(
  { members }: ConsumerGroup,
  { memberId, generation, isBeforeMemberEpochs }: CommitRequest,
): GroupErrorCode | null {
  if (generation < 0 && members.size === 0) return null;
  const member = members.get(memberId);
  if (member === undefined) return "unknown-member-id";
  if (member.terms.classic === null && isBeforeMemberEpochs) return "unsupported-version";
  return epochRefusal(member, generation);
}

/** Why a member may not ask for the offsets of a group of the consumer protocol. */
export function consumerFetchRefusal(
  { members }: ConsumerGroup,
  { memberId, memberEpoch }: FetchClaim,
): GroupErrorCode | null {
  if (memberId === null && memberEpoch < 0) return null;
  const member = members.get(memberId ?? "");
  return member === undefined ? "unknown-member-id" : epochRefusal(member, memberEpoch);
}

function epochRefusal({ holding, terms }: ConsumerMember, epoch: number): GroupErrorCode | null {
  if (epoch === holding.epoch) return null;
  return terms.classic === null ? "stale-member-epoch" : "illegal-generation";
}
