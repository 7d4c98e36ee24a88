import { api } from "../message.ts";
import { array, boolean, int16, int32, string } from "../table.ts";

/** CreatePartitions: give topics more partitions. */
export const createPartitions = api({
  key: 37,
  name: "CreatePartitions",
  versions: "0-3",
  flexible: "2+",
  request: {
    topics: array("0+").of({
      name: string("0+"),
      // The new total.
      count: int32("0+"),
      // The brokers of each new partition; null leaves it to the controller.
      assignments: array("0+", { nullable: "0+" }).of({
        brokerIds: array("0+").of(int32),
      }),
    }),
    timeoutMs: int32("0+"),
    validateOnly: boolean("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    results: array("0+").of({
      name: string("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
    }),
  },
});
