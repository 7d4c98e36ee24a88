import type { GroupErrorCode } from "../errors.ts";
import { type GroupSettings, MAX_NAME_LENGTH, MAX_PROTOCOLS_BYTES } from "../settings.ts";
import { assignorName } from "./assignor.ts";
import { AWAY_EPOCH, JOINING_EPOCH } from "./group-state.ts";
import { compilePattern } from "./regex/pattern.ts";
import type { ConsumerHeartbeatRefusal, ConsumerHeartbeatRequest } from "./requests.ts";

/** Why a heartbeat is refused before its group is looked at; null if it isn't. */
export function heartbeatRefusal(
  request: ConsumerHeartbeatRequest,
  { consumerAssignors }: GroupSettings,
): ConsumerHeartbeatRefusal | null {
  const { assignor, topicRegex } = request;
  const fault = faultOf(request);
  if (fault !== null) return refusal("invalid-request", fault);
  const name = assignor === null ? null : assignorName(assignor);
  if (assignor !== null && (name === null || !consumerAssignors.includes(name))) {
    const known = consumerAssignors.join(", ");
    return refusal("unsupported-assignor", `there is no assignor ${assignor}, only ${known}`);
  }
  if (topicRegex && compilePattern(topicRegex) === null) {
    const message = "the pattern isn't one of RE2's, has what isn't supported, or is too large";
    return refusal("invalid-regular-expression", message);
  }
  return null;
}

function faultOf(request: ConsumerHeartbeatRequest): string | null {
  const { groupId, memberId, memberEpoch, instanceId, rackId } = request;
  if (groupId === "") return "the group id is empty";
  if (memberId === "") return "the member id is empty";
  if (instanceId === "") return "the instance id is empty";
  if (rackId === "") return "the rack is empty";
  const names = [groupId, memberId, instanceId ?? "", rackId ?? "", request.clientId];
  if (names.some((name) => name.length > MAX_NAME_LENGTH)) return "a name is too long";
  if (sizeOf(request.topics ?? []) > MAX_PROTOCOLS_BYTES) return "too many topics";
  if (memberEpoch < AWAY_EPOCH) return "there is no such member epoch";
  if (memberEpoch === AWAY_EPOCH && instanceId === null) return "only static members step away";
  return memberEpoch === JOINING_EPOCH ? joinFault(request) : null;
}

function joinFault(request: ConsumerHeartbeatRequest): string | null {
  const { rebalanceTimeoutMs, owned, topics, topicRegex } = request;
  if (rebalanceTimeoutMs === null) return "who joins has to tell its rebalance timeout";
  if (owned === null || owned.size > 0) return "who joins has no partitions";
  if (topics === null && topicRegex === null) return "who joins has to tell what it reads";
  return null;
}

function sizeOf(topics: readonly string[]): number {
  return topics.reduce((sum, topic) => sum + 2 * topic.length, 0);
}

function refusal(error: GroupErrorCode, message: string): ConsumerHeartbeatRefusal {
  return { error, message };
}
