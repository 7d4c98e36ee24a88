import { api } from "../message.ts";
import { array, int16, int32, int64, string } from "../table.ts";

/** OffsetForLeaderEpoch: where an epoch ends in the leader's log, to find where logs part. */
export const offsetForLeaderEpoch = api({
  key: 23,
  name: "OffsetForLeaderEpoch",
  versions: "2-4",
  flexible: "4+",
  request: {
    // A follower's id, -1 for a consumer, -2 for a debugging client.
    replicaId: int32("3+", { default: -2, ignorable: true }),
    topics: array("0+").of({
      topic: string("0+"),
      partitions: array("0+").of({
        partition: int32("0+"),
        // The leader epoch that the client knows, or -1.
        currentLeaderEpoch: int32("2+", { default: -1, ignorable: true }),
        // The epoch whose end is asked for.
        leaderEpoch: int32("0+"),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32("2+", { ignorable: true }),
    topics: array("0+").of({
      topic: string("0+"),
      partitions: array("0+").of({
        errorCode: int16("0+"),
        partition: int32("0+"),
        // The largest epoch up to the one asked for, or -1.
        leaderEpoch: int32("1+", { default: -1, ignorable: true }),
        // Where that epoch ends and the next starts, or -1.
        endOffset: int64("0+", { default: -1 }),
      }),
    }),
  },
});
