import { api } from "../message.ts";
import { array, int8, int16, int32, string } from "../table.ts";

/** ElectLeaders: elect the preferred leader of partitions, or any copy that is left. */
export const electLeaders = api({
  key: 43,
  name: "ElectLeaders",
  versions: "0-2",
  flexible: "2+",
  request: {
    // 0 the preferred one; 1 any that lives, even if records are lost.
    electionType: int8("1+"),
    // Null for all.
    topicPartitions: array("0+", { nullable: "0+" }).of({
      topic: string("0+"),
      partitions: array("0+").of(int32),
    }),
    timeoutMs: int32("0+", { default: 60000 }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("1+"),
    replicaElectionResults: array("0+").of({
      topic: string("0+"),
      partitionResult: array("0+").of({
        partitionId: int32("0+"),
        errorCode: int16("0+"),
        errorMessage: string("0+", { nullable: "0+" }),
      }),
    }),
  },
});
