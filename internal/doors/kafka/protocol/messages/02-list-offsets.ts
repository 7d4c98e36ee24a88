import { api } from "../message.ts";
import { array, int8, int16, int32, int64, string } from "../table.ts";

/**
 * ListOffsets: find the offset of a point in time, or of an end of the log.
 *
 * 7 to 11 add special timestamps only, except for the timeout of 10.
 */
export const listOffsets = api({
  key: 2,
  name: "ListOffsets",
  versions: "1-11",
  flexible: "6+",
  request: {
    // A follower's id, or -1 for a consumer.
    replicaId: int32("0+"),
    // With 1, the end of the log is the last stable offset.
    isolationLevel: int8("2+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        // The leader epoch that the client knows, or -1.
        currentLeaderEpoch: int32("4+", { default: -1, ignorable: true }),
        // Milliseconds, or -1 end, -2 start, -3 largest timestamp, -4 local start, -5 last tiered,
        // -6 first that awaits upload.
        timestamp: int64("0+"),
      }),
    }),
    // How long tiered storage may take.
    timeoutMs: int32("10+", { ignorable: true }),
  },
  response: {
    throttleTimeMs: int32("2+", { ignorable: true }),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
        // That of the record found, or -1.
        timestamp: int64("1+", { default: -1 }),
        // The first record at or after the timestamp, or -1 if there is none.
        offset: int64("1+", { default: -1 }),
        // The epoch of the record found, or -1.
        leaderEpoch: int32("4+", { default: -1 }),
      }),
    }),
  },
});
