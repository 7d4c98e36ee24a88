import type { Broker } from "../../../broker/api.ts";
import { GROUP_OPERATIONS } from "../cluster.ts";
import { groupErrorCode } from "../errors.ts";
import { describeGroups } from "../protocol/messages/15-describe-groups.ts";
import { NOT_ASKED_FOR } from "../protocol/messages/authorized-operations.ts";
import { type AnswerOf, service } from "../service.ts";

type AnsweredGroup = AnswerOf<typeof describeGroups>["groups"][number];

/** The first version that has a word for a group that isn't there. */
const NOT_FOUND_VERSION = 6;

/**
 * DescribeGroups 0-6.
 *
 * - A group that isn't there is Dead; from version 6 on GROUP_ID_NOT_FOUND, too. So is one of the
 *   consumer protocol, which ConsumerGroupDescribe is for.
 * - NOT_COORDINATOR where another broker coordinates the group; but a slave tells how the group was
 *   saved last, of which it has a copy.
 * - The assignor, and the members' metadata and assignments, while the group is stable.
 */
export const describeGroupsService = service(
  describeGroups,
  async ({ groups, includeAuthorizedOperations }, { client, version }) => {
    const authorizedOperations = includeAuthorizedOperations ? GROUP_OPERATIONS : NOT_ASKED_FOR;
    const described = groups.map(async (groupId) => {
      return { ...(await describe(client.broker, groupId, version)), authorizedOperations };
    });
    return { throttleTimeMs: 0, groups: await Promise.all(described) };
  },
);

async function describe(
  { groups }: Broker,
  groupId: string,
  version: number,
): Promise<AnsweredGroup> {
  const none = { groupId, groupState: "Dead", protocolType: "", protocolData: "", members: [] };
  const error = await groups.readable(groupId);
  if (error !== null) return { errorCode: groupErrorCode(error), ...none };
  const group = groups.describeGroup(groupId);
  if (group === null || group.type !== "classic") {
    if (version < NOT_FOUND_VERSION) return { errorCode: 0, ...none };
    const errorMessage = group
      ? `group ${groupId} is of the consumer protocol`
      : `there is no group ${groupId}`;
    return { errorCode: groupErrorCode("group-id-not-found"), errorMessage, ...none };
  }
  return {
    errorCode: 0,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: group.protocolName,
    members: group.members.map(({ metadata, assignment, ...member }) => ({
      ...member,
      memberMetadata: metadata,
      memberAssignment: assignment,
    })),
  };
}
