import { api } from "../message.ts";
import { array, int16, int32, int64, string, uuid } from "../table.ts";

/**
 * OffsetCommit: store how far a group has read.
 *
 * 9 takes members of the consumer protocol (KIP-848); 10 has topic ids in place of names.
 */
export const offsetCommit = api({
  key: 8,
  name: "OffsetCommit",
  versions: "2-10",
  flexible: "8+",
  request: {
    groupId: string("0+"),
    // The generation (classic group) or member epoch (KIP-848); -1 commits from outside of any
    // group.
    generationIdOrMemberEpoch: int32("1+", { default: -1, ignorable: true }),
    memberId: string("1+", { ignorable: true }),
    // The name of a static member (KIP-345).
    groupInstanceId: string("7+", { nullable: "7+", default: null }),
    // Until 4 the client said how long to keep the offset; -1 leaves it to the broker.
    retentionTimeMs: int64("2-4", { default: -1, ignorable: true }),
    topics: array("0+").of({
      name: string("0-9", { ignorable: true }),
      topicId: uuid("10+", { ignorable: true }),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        // The next record to read, not the last one read.
        committedOffset: int64("0+"),
        // The epoch of the last record read, or -1.
        committedLeaderEpoch: int32("6+", { default: -1, ignorable: true }),
        // Any text of the client's.
        committedMetadata: string("0+", { nullable: "0+" }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32("3+", { ignorable: true }),
    topics: array("0+").of({
      name: string("0-9", { ignorable: true }),
      topicId: uuid("10+", { ignorable: true }),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
      }),
    }),
  },
});
