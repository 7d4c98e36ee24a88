import type { JoinAnswer, JoinRequest } from "../../../coordination/api.ts";
import { clientHost } from "../client-host.ts";
import { groupErrorCode } from "../errors.ts";
import { joinGroup } from "../protocol/messages/11-join-group.ts";
import { type AnswerOf, type RequestContext, type RequestOf, service } from "../service.ts";

const REBALANCE_TIMEOUT_VERSION = 1;
const MEMBER_ID_REQUIRED_VERSION = 4;
/** The first version in which the answer's protocol may be null. */
const NO_PROTOCOL_VERSION = 7;
const SKIP_ASSIGNMENT_VERSION = 9;

const NO_GENERATION = -1;

/**
 * JoinGroup 0-9.
 *
 * - Answered when the rebalance is complete, or at once when the member has missed nothing.
 * - From version 4 on a new dynamic member gets its id with MEMBER_ID_REQUIRED, and joins with it.
 * - The leader's answer has all members; skipAssignment is true for a leader that is a static
 *   member come back, from version 9 on.
 * - More than the broker keeps for one member or group: UNKNOWN_SERVER_ERROR, as in Kafka.
 */
export const joinGroupService = service(joinGroup, async (request, context) => {
  const { groups } = context.client.broker;
  const answer = await groups.joinGroup(joinOf(request, context));
  return answerOf(answer, context.version);
});

function joinOf(
  request: RequestOf<typeof joinGroup>,
  { client, version, clientId }: RequestContext,
): JoinRequest {
  const { sessionTimeoutMs, rebalanceTimeoutMs, ...others } = request;
  return {
    ...others,
    clientId: clientId ?? "",
    clientHost: clientHost(client),
    sessionTimeoutMs,
    rebalanceTimeoutMs: version < REBALANCE_TIMEOUT_VERSION ? sessionTimeoutMs : rebalanceTimeoutMs,
    memberIdRequired: version >= MEMBER_ID_REQUIRED_VERSION,
    canSkipAssignment: version >= SKIP_ASSIGNMENT_VERSION,
  };
}

function answerOf(answer: JoinAnswer, version: number): AnswerOf<typeof joinGroup> {
  if (answer.error !== null) {
    return {
      throttleTimeMs: 0,
      errorCode: groupErrorCode(answer.error),
      generationId: NO_GENERATION,
      protocolName: version < NO_PROTOCOL_VERSION ? "" : null,
      leader: "",
      memberId: answer.memberId,
      members: [],
    };
  }
  const { generation, protocolType, protocolName, leaderId, ...others } = answer;
  const { skipAssignment, memberId, members } = others;
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    generationId: generation,
    protocolType,
    protocolName,
    leader: leaderId,
    skipAssignment,
    memberId,
    members,
  };
}
