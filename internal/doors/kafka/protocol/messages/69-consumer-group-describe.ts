import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string, struct, uuid } from "../table.ts";
import { NOT_ASKED_FOR } from "./authorized-operations.ts";

const topicPartitions = {
  topicId: uuid("0+"),
  topicName: string("0+"),
  partitions: array("0+").of(int32),
};

const assignment = {
  topicPartitions: array("0+").of(topicPartitions),
};

/**
 * ConsumerGroupDescribe: state and members of groups of the new consumer protocol (KIP-848).
 */
export const consumerGroupDescribe = api({
  key: 69,
  name: "ConsumerGroupDescribe",
  versions: "0-1",
  flexible: "0+",
  request: {
    groupIds: array("0+").of(string),
    includeAuthorizedOperations: boolean("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    groups: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
      groupId: string("0+"),
      groupState: string("0+"),
      groupEpoch: int32("0+"),
      // The group epoch that the target assignment was made for.
      assignmentEpoch: int32("0+"),
      assignorName: string("0+"),
      members: array("0+").of({
        memberId: string("0+"),
        instanceId: string("0+", { nullable: "0+", default: null }),
        rackId: string("0+", { nullable: "0+", default: null }),
        memberEpoch: int32("0+"),
        clientId: string("0+"),
        clientHost: string("0+"),
        subscribedTopicNames: array("0+").of(string),
        subscribedTopicRegex: string("0+", { nullable: "0+", default: null }),
        // What the member holds now.
        assignment: struct("0+").of(assignment),
        // What the member shall hold in the end.
        targetAssignment: struct("0+").of(assignment),
        // 0 classic, 1 consumer, -1 not known.
        memberType: int8("1+", { default: -1, ignorable: true }),
      }),
      authorizedOperations: int32("0+", { default: NOT_ASKED_FOR }),
    }),
  },
});
