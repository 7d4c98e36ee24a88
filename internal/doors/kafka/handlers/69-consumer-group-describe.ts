import type { Broker } from "../../../broker/api.ts";
import type { ConsumerMemberDescription } from "../../../coordination/consumer/describe.ts";
import type { TopicAssignment } from "../../../coordination/consumer/topics.ts";
import { GROUP_OPERATIONS } from "../cluster.ts";
import { groupErrorCode } from "../errors.ts";
import { consumerGroupDescribe } from "../protocol/messages/69-consumer-group-describe.ts";
import { NOT_ASKED_FOR } from "../protocol/messages/authorized-operations.ts";
import { type AnswerOf, service } from "../service.ts";

type AnsweredGroup = AnswerOf<typeof consumerGroupDescribe>["groups"][number];

const CLASSIC_MEMBER = 0;
const CONSUMER_MEMBER = 1;

/**
 * ConsumerGroupDescribe 0-1.
 *
 * - GROUP_ID_NOT_FOUND for a group that isn't there, and for one of the classic protocol: tools
 *   then ask with DescribeGroups.
 * - NOT_COORDINATOR where another broker coordinates the group; but a slave tells how the group was
 *   saved last, of which it has a copy.
 */
export const consumerGroupDescribeService = service(
  consumerGroupDescribe,
  async ({ groupIds, includeAuthorizedOperations }, { client }) => {
    const authorizedOperations = includeAuthorizedOperations ? GROUP_OPERATIONS : NOT_ASKED_FOR;
    const groups = groupIds.map(async (groupId) => {
      return { ...(await describe(client.broker, groupId)), authorizedOperations };
    });
    return { throttleTimeMs: 0, groups: await Promise.all(groups) };
  },
);

async function describe({ groups }: Broker, groupId: string): Promise<AnsweredGroup> {
  const error = await groups.readable(groupId);
  if (error !== null) return { ...nothingOf(groupId), errorCode: groupErrorCode(error) };
  const group = groups.describeConsumerGroup(groupId);
  if (group === null) {
    const errorMessage = `there is no group ${groupId} of the consumer protocol`;
    const errorCode = groupErrorCode("group-id-not-found");
    return { ...nothingOf(groupId), errorCode, errorMessage };
  }
  return {
    errorCode: 0,
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.assignor,
    members: group.members.map(memberOf),
  };
}

function nothingOf(groupId: string) {
  return {
    groupId,
    groupState: "",
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: "",
    members: [],
  };
}

function memberOf({
  epoch,
  topics,
  assigned,
  target,
  isClassic,
  ...member
}: ConsumerMemberDescription) {
  return {
    ...member,
    memberEpoch: epoch,
    subscribedTopicNames: topics,
    subscribedTopicRegex: member.topicRegex,
    assignment: assignmentOf(assigned),
    targetAssignment: assignmentOf(target),
    memberType: isClassic ? CLASSIC_MEMBER : CONSUMER_MEMBER,
  };
}

function assignmentOf(topics: readonly TopicAssignment[]) {
  return {
    topicPartitions: topics.map(({ topic, topicId, partitions }) => {
      return { topicId, topicName: topic, partitions };
    }),
  };
}
