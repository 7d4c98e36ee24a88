import { api } from "../message.ts";
import { array, int16, int32, int64, records, string, struct, uuid } from "../table.ts";

export const produce = api({
  key: 0,
  name: "Produce",
  versions: "3-13",
  advertised: "0-13",
  flexible: "9+",
  request: {
    transactionalId: string("3+", { nullable: "3+", default: null }),
    acks: int16("0+"),
    timeoutMs: int32("0+"),
    topicData: array("0+").of({
      name: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitionData: array("0+").of({
        index: int32("0+"),
        records: records("0+", { nullable: "0+" }),
      }),
    }),
  },
  response: {
    responses: array("0+").of({
      name: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitionResponses: array("0+").of({
        index: int32("0+"),
        errorCode: int16("0+"),
        baseOffset: int64("0+"),
        logAppendTimeMs: int64("2+", { default: -1, ignorable: true }),
        logStartOffset: int64("5+", { default: -1, ignorable: true }),
        recordErrors: array("8+", { ignorable: true }).of({
          batchIndex: int32("8+"),
          batchIndexErrorMessage: string("8+", { nullable: "8+", default: null }),
        }),
        errorMessage: string("8+", { nullable: "8+", default: null, ignorable: true }),
        currentLeader: struct("10+", { tag: 0 }).of({
          leaderId: int32("10+", { default: -1 }),
          leaderEpoch: int32("10+", { default: -1 }),
        }),
      }),
    }),
    throttleTimeMs: int32("1+", { default: 0, ignorable: true }),
    nodeEndpoints: array("10+", { tag: 0 }).of({
      nodeId: int32("10+"),
      host: string("10+"),
      port: int32("10+"),
      rack: string("10+", { nullable: "10+", default: null }),
    }),
  },
});
