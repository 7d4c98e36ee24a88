import { api } from "../message.ts";
import { array, int16, int32, string, struct, uuid } from "../table.ts";

const topicPartitions = {
  topicId: uuid("0+"),
  partitions: array("0+").of(int32),
};

/**
 * ConsumerGroupHeartbeat: the one request of the new consumer protocol (KIP-848): join, stay,
 * leave.
 *
 * A field that is null has not changed since the member's last heartbeat.
 */
export const consumerGroupHeartbeat = api({
  key: 68,
  name: "ConsumerGroupHeartbeat",
  versions: "0-1",
  flexible: "0+",
  request: {
    groupId: string("0+"),
    // Chosen by the member from version 1 on; until then empty, to be given one.
    memberId: string("0+"),
    // 0 joins, -1 leaves, -2 leaves for a while (static members).
    memberEpoch: int32("0+"),
    // The name of a static member.
    instanceId: string("0+", { nullable: "0+", default: null }),
    rackId: string("0+", { nullable: "0+", default: null }),
    // How long the member may take to give partitions up; -1 if unchanged.
    rebalanceTimeoutMs: int32("0+", { default: -1 }),
    subscribedTopicNames: array("0+", { nullable: "0+", default: null }).of(string),
    // In RE2 syntax, resolved by the broker.
    subscribedTopicRegex: string("1+", { nullable: "1+", default: null }),
    serverAssignor: string("0+", { nullable: "0+", default: null }),
    // What the member holds now.
    topicPartitions: array("0+", { nullable: "0+", default: null }).of({
      topicId: uuid("0+"),
      partitions: array("0+").of(int32),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+", default: null }),
    // The member's own, or in version 0 the one that the broker gave it.
    memberId: string("0+", { nullable: "0+", default: null }),
    memberEpoch: int32("0+"),
    heartbeatIntervalMs: int32("0+"),
    // What the member shall hold; null if that has not changed.
    assignment: struct("0+", { nullable: "0+", default: null }).of({
      topicPartitions: array("0+").of(topicPartitions),
    }),
  },
});
