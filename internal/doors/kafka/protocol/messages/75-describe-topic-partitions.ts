import { api } from "../message.ts";
import { array, boolean, int16, int32, string, struct, uuid } from "../table.ts";
import { NOT_ASKED_FOR } from "./authorized-operations.ts";

/** DescribeTopicPartitions: topics with their partitions, a page at a time (KIP-966). */
export const describeTopicPartitions = api({
  key: 75,
  name: "DescribeTopicPartitions",
  versions: "0",
  flexible: "0+",
  request: {
    topics: array("0+").of({
      name: string("0+"),
    }),
    responsePartitionLimit: int32("0+", { default: 2000 }),
    // Where to go on: what the last answer said in nextCursor.
    cursor: struct("0+", { nullable: "0+", default: null }).of({
      topicName: string("0+"),
      partitionIndex: int32("0+"),
    }),
  },
  response: {
    throttleTimeMs: int32("0+", { ignorable: true }),
    topics: array("0+").of({
      errorCode: int16("0+"),
      name: string("0+", { nullable: "0+" }),
      topicId: uuid("0+", { ignorable: true }),
      isInternal: boolean("0+", { default: false, ignorable: true }),
      partitions: array("0+").of({
        errorCode: int16("0+"),
        partitionIndex: int32("0+"),
        leaderId: int32("0+"),
        leaderEpoch: int32("0+", { default: -1, ignorable: true }),
        replicaNodes: array("0+").of(int32),
        isrNodes: array("0+").of(int32),
        // Copies outside of the ISR that have all that was committed.
        eligibleLeaderReplicas: array("0+", { nullable: "0+", default: null }).of(int32),
        // Copies that were eligible before the last of them was lost.
        lastKnownElr: array("0+", { nullable: "0+", default: null }).of(int32),
        offlineReplicas: array("0+", { ignorable: true }).of(int32),
      }),
      topicAuthorizedOperations: int32("0+", { default: NOT_ASKED_FOR }),
    }),
    // Null on the last page.
    nextCursor: struct("0+", { nullable: "0+", default: null }).of({
      topicName: string("0+"),
      partitionIndex: int32("0+"),
    }),
  },
});
