import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string, uuid } from "../table.ts";

/**
 * CreateTopics: make topics.
 *
 * 4 allows partitions and replicas to be left to the broker, with -1. 5 says in the answer what
 * came out, 7 the topic's id. 6 may answer THROTTLING_QUOTA_EXCEEDED.
 */
export const createTopics = api({
  key: 19,
  name: "CreateTopics",
  versions: "2-7",
  flexible: "5+",
  request: {
    topics: array("0+").of({
      name: string("0+"),
      // -1 with assignments, or for the broker's default.
      numPartitions: int32("0+"),
      // -1 with assignments, or for the broker's default.
      replicationFactor: int16("0+"),
      // The brokers of each partition, chosen by hand; usually empty.
      assignments: array("0+").of({
        partitionIndex: int32("0+"),
        brokerIds: array("0+").of(int32),
      }),
      configs: array("0+").of({
        name: string("0+"),
        value: string("0+", { nullable: "0+" }),
      }),
    }),
    timeoutMs: int32("0+", { default: 60000 }),
    // Check everything and make nothing.
    validateOnly: boolean("1+", { default: false }),
  },
  response: {
    throttleTimeMs: int32("2+", { ignorable: true }),
    topics: array("0+").of({
      name: string("0+"),
      topicId: uuid("7+", { ignorable: true }),
      errorCode: int16("0+"),
      errorMessage: string("1+", { nullable: "0+", ignorable: true }),
      // Why the settings below are not there.
      topicConfigErrorCode: int16("5+", { ignorable: true, tag: 0 }),
      numPartitions: int32("5+", { default: -1, ignorable: true }),
      replicationFactor: int16("5+", { default: -1, ignorable: true }),
      // The topic's settings; null if the client may not see them.
      configs: array("5+", { nullable: "5+", ignorable: true }).of({
        name: string("5+"),
        value: string("5+", { nullable: "5+" }),
        readOnly: boolean("5+"),
        // Where the value comes from: as in DescribeConfigs.
        configSource: int8("5+", { default: -1, ignorable: true }),
        isSensitive: boolean("5+"),
      }),
    }),
  },
});
