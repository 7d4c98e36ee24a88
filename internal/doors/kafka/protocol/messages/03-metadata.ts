import { api } from "../message.ts";
import { array, boolean, int16, int32, string, uuid } from "../table.ts";
import { NOT_ASKED_FOR } from "./authorized-operations.ts";

/**
 * Metadata: the brokers, and the topics with their partitions and leaders.
 *
 * 10 and 11 have topic ids in the request, but only 12 lets a topic be asked for by its id.
 */
export const metadata = api({
  key: 3,
  name: "Metadata",
  versions: "0-13",
  flexible: "9+",
  request: {
    // Null for all topics; empty for none. In version 0, empty means all.
    topics: array("0+", { nullable: "1+" }).of({
      topicId: uuid("10+", { ignorable: true }),
      // Null when the topic is asked for by its id.
      name: string("0+", { nullable: "10+" }),
    }),
    allowAutoTopicCreation: boolean("4+", { default: true }),
    // Moved to DescribeCluster with 11.
    includeClusterAuthorizedOperations: boolean("8-10"),
    includeTopicAuthorizedOperations: boolean("8+"),
  },
  response: {
    throttleTimeMs: int32("3+", { ignorable: true }),
    brokers: array("0+").of({
      nodeId: int32("0+"),
      host: string("0+"),
      port: int32("0+"),
      rack: string("1+", { nullable: "1+", default: null, ignorable: true }),
    }),
    clusterId: string("2+", { nullable: "2+", default: null, ignorable: true }),
    // -1 if there is none.
    controllerId: int32("1+", { default: -1, ignorable: true }),
    topics: array("0+").of({
      errorCode: int16("0+"),
      // Null for an id that is not known.
      name: string("0+", { nullable: "12+" }),
      topicId: uuid("10+", { ignorable: true }),
      isInternal: boolean("1+", { default: false, ignorable: true }),
      partitions: array("0+").of({
        errorCode: int16("0+"),
        partitionIndex: int32("0+"),
        // -1 with LEADER_NOT_AVAILABLE.
        leaderId: int32("0+"),
        leaderEpoch: int32("7+", { default: -1, ignorable: true }),
        // All brokers that hold a copy; the preferred leader first.
        replicaNodes: array("0+").of(int32),
        isrNodes: array("0+").of(int32),
        // Copies that cannot be reached.
        offlineReplicas: array("5+", { ignorable: true }).of(int32),
      }),
      topicAuthorizedOperations: int32("8+", { default: NOT_ASKED_FOR }),
    }),
    clusterAuthorizedOperations: int32("8-10", { default: NOT_ASKED_FOR }),
    errorCode: int16("13+", { ignorable: true }),
  },
});
