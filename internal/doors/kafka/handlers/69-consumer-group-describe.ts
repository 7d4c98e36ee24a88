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
 */
export const consumerGroupDescribeService = service(
  consumerGroupDescribe,
  async ({ groupIds, includeAuthorizedOperations }, { client }) => {
    const authorizedOperations = includeAuthorizedOperations ? GROUP_OPERATIONS : NOT_ASKED_FOR;
    const { broker } = client;
    const groups = groupIds.map((groupId) => {
      const elsewhere = broker.groups.isElsewhere(groupId);
      return {
        ...(elsewhere ? notHere(groupId) : describe(broker, groupId)),
        authorizedOperations,
      };
    });
    return { throttleTimeMs: 0, groups };
  },
);

function describe({ groups }: Broker, groupId: string): AnsweredGroup {
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

function notHere(groupId: string): AnsweredGroup {
  return { ...nothingOf(groupId), errorCode: groupErrorCode("not-coordinator") };
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
