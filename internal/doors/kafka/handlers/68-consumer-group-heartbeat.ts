import { type Partitions, partitionsOf } from "../../../coordination/consumer/partitions.ts";
import type { ConsumerHeartbeat } from "../../../coordination/consumer/requests.ts";
import { clientHost } from "../client-host.ts";
import { groupErrorCode } from "../errors.ts";
import { consumerGroupHeartbeat } from "../protocol/messages/68-consumer-group-heartbeat.ts";
import { type RequestContext, type RequestOf, service } from "../service.ts";

const UNCHANGED = -1;

/** The last version in which the broker may choose the member's id. */
const CHOSEN_ID_VERSION = 0;
const JOINING_EPOCH = 0;

/**
 * ConsumerGroupHeartbeat 0-1.
 *
 * - Whatever a member is told is durable: its epoch, and what it shall have.
 * - A group that isn't there is made when somebody joins; else GROUP_ID_NOT_FOUND.
 * - Another epoch than the member's own: FENCED_MEMBER_EPOCH, but for the one before, whose
 *   answer may have been lost.
 * - Patterns are matched here, in time that grows with their length only: RE2's syntax, without
 *   classes of Unicode characters; else INVALID_REGULAR_EXPRESSION.
 */
export const consumerGroupHeartbeatService = service(
  consumerGroupHeartbeat,
  async (request, context) => {
    const { groups } = context.client.broker;
    const answer = await groups.consumerHeartbeat(heartbeatOf(request, context));
    if (answer.error !== null) {
      const { error, message } = answer;
      const nothing = { memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null };
      const errorCode = groupErrorCode(error);
      return { throttleTimeMs: 0, errorCode, errorMessage: message, ...nothing };
    }
    const { assignment, error: _, ...told } = answer;
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      ...told,
      assignment: assignment && { topicPartitions: topicPartitionsOf(assignment) },
    };
  },
);

function heartbeatOf(
  request: RequestOf<typeof consumerGroupHeartbeat>,
  { client, version, clientId }: RequestContext,
): ConsumerHeartbeat {
  const { groupId, memberId, memberEpoch, instanceId, rackId, rebalanceTimeoutMs } = request;
  const isNameless = version <= CHOSEN_ID_VERSION && memberEpoch === JOINING_EPOCH;
  return {
    groupId,
    memberId: isNameless && memberId === "" ? null : memberId,
    memberEpoch,
    instanceId,
    rackId,
    clientId: clientId ?? "",
    clientHost: clientHost(client),
    rebalanceTimeoutMs: rebalanceTimeoutMs === UNCHANGED ? null : rebalanceTimeoutMs,
    topics: request.subscribedTopicNames,
    topicRegex: request.subscribedTopicRegex,
    assignor: request.serverAssignor,
    owned: request.topicPartitions && partitionsOf(request.topicPartitions),
  };
}

function topicPartitionsOf(assignment: Partitions) {
  return Array.from(assignment, ([topicId, partitions]) => ({ topicId, partitions }));
}
