import { api } from "../message.ts";
import { array, int16, int32, string } from "../table.ts";

/** ListPartitionReassignments: the moves that are under way. */
export const listReassignments = api({
  key: 46,
  name: "ListPartitionReassignments",
  versions: "0",
  flexible: "0+",
  request: {
    timeoutMs: int32("0+", { default: 60000 }),
    // Null for all.
    topics: array("0+", { nullable: "0+", default: null }).of({
      name: string("0+"),
      partitionIndexes: array("0+").of(int32),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        // All brokers with a copy, those that come and those that go included.
        replicas: array("0+").of(int32),
        addingReplicas: array("0+").of(int32),
        removingReplicas: array("0+").of(int32),
      }),
    }),
  },
});
