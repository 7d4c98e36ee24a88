import { groupErrorCode } from "../errors.ts";
import { leaveGroup } from "../protocol/messages/13-leave-group.ts";
import { service } from "../service.ts";

/** The first version in which many can leave. */
const BATCH_VERSION = 3;

/**
 * LeaveGroup 0-5.
 *
 * - Up to version 2 one member; from 3 on many, each with its own error, also by an instance id
 *   with an empty member id: so an operator takes out a static member.
 */
export const leaveGroupService = service(leaveGroup, async (request, { client, version }) => {
  const { groupId, memberId } = request;
  const isBatch = version >= BATCH_VERSION;
  const leaving = isBatch ? request.members : [{ memberId, groupInstanceId: null }];
  const { error, members } = await client.broker.groups.leaveGroup({ groupId, members: leaving });
  if (!isBatch) {
    const errorCode = groupErrorCode(error ?? members[0] ?? null);
    return { throttleTimeMs: 0, errorCode, members: [] };
  }
  return {
    throttleTimeMs: 0,
    errorCode: groupErrorCode(error),
    members: members.map((memberError, index) => ({
      memberId: leaving[index]?.memberId ?? "",
      groupInstanceId: leaving[index]?.groupInstanceId ?? null,
      errorCode: groupErrorCode(memberError),
    })),
  };
});
