import { api } from "../message.ts";
import { array, int16, int32, int64, string } from "../table.ts";

/** TxnOffsetCommit: store how far a group has read, as part of a transaction. */
export const txnOffsetCommit = api({
  key: 28,
  name: "TxnOffsetCommit",
  versions: "0-5",
  flexible: "3+",
  request: {
    transactionalId: string("0+"),
    groupId: string("0+"),
    producerId: int64("0+"),
    producerEpoch: int16("0+"),
    generationId: int32("3+", { default: -1 }),
    memberId: string("3+", { default: "" }),
    groupInstanceId: string("3+", { nullable: "3+", default: null }),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        committedOffset: int64("0+"),
        committedLeaderEpoch: int32("2+", { default: -1, ignorable: true }),
        committedMetadata: string("0+", { nullable: "0+" }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
      }),
    }),
  },
});
