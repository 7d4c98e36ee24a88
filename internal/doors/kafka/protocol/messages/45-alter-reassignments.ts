import { api } from "../message.ts";
import { array, boolean, int16, int32, string } from "../table.ts";

/** AlterPartitionReassignments: move partitions to other brokers. */
export const alterReassignments = api({
  key: 45,
  name: "AlterPartitionReassignments",
  versions: "0-1",
  flexible: "0+",
  request: {
    timeoutMs: int32("0+", { default: 60000 }),
    // Whether the number of copies may differ from what it was (KIP-860).
    allowReplicationFactorChange: boolean("1+", { default: true }),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        // The brokers that shall hold the partition; null calls a move off.
        replicas: array("0+", { nullable: "0+", default: null }).of(int32),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    allowReplicationFactorChange: boolean("1+", { default: true, ignorable: true }),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    responses: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
        errorMessage: string("0+", { nullable: "0+" }),
      }),
    }),
  },
});
