import type { GroupErrorCode } from "../errors.ts";
import type { Group } from "../group.ts";
import type { GroupShard } from "../shard.ts";
import { JOINING_EPOCH } from "./group-state.ts";
import { heartbeat, type Step } from "./heartbeat.ts";
import type { LiveGroup } from "./live-group.ts";
import type { ConsumerHeartbeatAnswer, ConsumerHeartbeatRequest } from "./requests.ts";

/**
 * What a member says, which has passed `heartbeatRefusal`, is done in its group: made if it isn't
 * there, or taken over from the classic protocol, when the member joins.
 */
export async function consumerHeartbeat(
  shard: GroupShard,
  request: ConsumerHeartbeatRequest,
): Promise<ConsumerHeartbeatAnswer> {
  const live = liveGroup(shard, request);
  if (typeof live === "string") return { error: live, message: null };
  const { memberId, topicRegex } = request;
  live.timers.renew(memberId);
  const step = await live.change<Step>(
    (group, rules) => {
      const taken = heartbeat(group, request, rules);
      return { group: taken.error === null ? taken.group : group, answer: taken };
    },
    (error) => ({ error, message: null }),
    topicRegex,
  );
  if (step.error !== null) return step;
  const { memberEpoch, assignment } = step;
  // Who has left needn't come again.
  const heartbeatIntervalMs = memberEpoch < JOINING_EPOCH ? 0 : live.heartbeatIntervalMs;
  return { error: null, memberId, memberEpoch, heartbeatIntervalMs, assignment };
}

function liveGroup(
  shard: GroupShard,
  { groupId, memberEpoch }: ConsumerHeartbeatRequest,
): LiveGroup | GroupErrorCode {
  const isJoining = memberEpoch === JOINING_EPOCH;
  const group = isJoining ? shard.obtain(groupId) : shard.groups.get(groupId);
  if (!group) return isJoining ? "coordinator-not-available" : "group-id-not-found";
  if (group.classic.state === "Dead") return "coordinator-not-available";
  if (isJoining && !hasRoom(shard, group)) return "coordinator-not-available";
  const live = isJoining ? shard.asConsumerGroup(group) : group.consumer;
  return live ?? "group-id-not-found";
}

/** Whether a group may have more members: those of one that is there may always come back. */
function hasRoom(shard: GroupShard, { consumer }: Group): boolean {
  return shard.hasRoom || consumer !== null;
}
