import { api } from "../message.ts";
import { array, int16, int32, int64, string } from "../table.ts";

/** DescribeProducers: the idempotent and transactional producers that a partition remembers. */
export const describeProducers = api({
  key: 61,
  name: "DescribeProducers",
  versions: "0",
  flexible: "0+",
  request: {
    topics: array("0+").of({
      name: string("0+"),
      partitionIndexes: array("0+").of(int32),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
        errorMessage: string("0+", { nullable: "0+", default: null }),
        activeProducers: array("0+").of({
          producerId: int64("0+"),
          producerEpoch: int32("0+"),
          lastSequence: int32("0+", { default: -1 }),
          // When it last wrote, or -1.
          lastTimestamp: int64("0+", { default: -1 }),
          coordinatorEpoch: int32("0+"),
          // -1 when no transaction is open.
          currentTxnStartOffset: int64("0+", { default: -1 }),
        }),
      }),
    }),
  },
});
