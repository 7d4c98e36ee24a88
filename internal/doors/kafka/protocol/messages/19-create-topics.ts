import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string, uuid } from "../table.ts";

export const createTopics = api({
  key: 19,
  name: "CreateTopics",
  versions: "2-7",
  flexible: "5+",
  request: {
    topics: array("0+").of({
      name: string("0+"),
      numPartitions: int32("0+"),
      replicationFactor: int16("0+"),
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
    validateOnly: boolean("1+", { default: false }),
  },
  response: {
    throttleTimeMs: int32("2+", { ignorable: true }),
    topics: array("0+").of({
      name: string("0+"),
      topicId: uuid("7+", { ignorable: true }),
      errorCode: int16("0+"),
      errorMessage: string("1+", { nullable: "0+", ignorable: true }),
      topicConfigErrorCode: int16("5+", { ignorable: true, tag: 0 }),
      numPartitions: int32("5+", { default: -1, ignorable: true }),
      replicationFactor: int16("5+", { default: -1, ignorable: true }),
      configs: array("5+", { nullable: "5+", ignorable: true }).of({
        name: string("5+"),
        value: string("5+", { nullable: "5+" }),
        readOnly: boolean("5+"),
        configSource: int8("5+", { default: -1, ignorable: true }),
        isSensitive: boolean("5+"),
      }),
    }),
  },
});
