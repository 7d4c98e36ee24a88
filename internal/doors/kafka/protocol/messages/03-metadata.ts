import { api } from "../message.ts";
import { array, boolean, int16, int32, string, uuid } from "../table.ts";

export const metadata = api({
  key: 3,
  name: "Metadata",
  versions: "0-13",
  flexible: "9+",
  request: {
    topics: array("0+", { nullable: "1+" }).of({
      topicId: uuid("10+", { ignorable: true }),
      name: string("0+", { nullable: "10+" }),
    }),
    allowAutoTopicCreation: boolean("4+", { default: true }),
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
    controllerId: int32("1+", { default: -1, ignorable: true }),
    topics: array("0+").of({
      errorCode: int16("0+"),
      name: string("0+", { nullable: "12+" }),
      topicId: uuid("10+", { ignorable: true }),
      isInternal: boolean("1+", { default: false, ignorable: true }),
      partitions: array("0+").of({
        errorCode: int16("0+"),
        partitionIndex: int32("0+"),
        leaderId: int32("0+"),
        leaderEpoch: int32("7+", { default: -1, ignorable: true }),
        replicaNodes: array("0+").of(int32),
        isrNodes: array("0+").of(int32),
        offlineReplicas: array("5+", { ignorable: true }).of(int32),
      }),
      topicAuthorizedOperations: int32("8+", { default: -2147483648 }),
    }),
    clusterAuthorizedOperations: int32("8-10", { default: -2147483648 }),
    errorCode: int16("13+", { ignorable: true }),
  },
});
