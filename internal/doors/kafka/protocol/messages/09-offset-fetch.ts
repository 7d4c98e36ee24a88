import { api } from "../message.ts";
import { array, boolean, int16, int32, int64, string, uuid } from "../table.ts";

/**
 * OffsetFetch: how far a group has read.
 *
 * Up to 7 a request asks for one group, and topics and errorCode stand at the top; from 8 on it
 * asks for many, in groups. 10 has topic ids in place of names.
 */
export const offsetFetch = api({
  key: 9,
  name: "OffsetFetch",
  versions: "1-10",
  flexible: "6+",
  request: {
    groupId: string("0-7"),
    // Null for every topic with an offset.
    topics: array("0-7", { nullable: "2-7" }).of({
      name: string("0-7"),
      partitionIndexes: array("0-7").of(int32),
    }),
    groups: array("8+").of({
      groupId: string("8+"),
      memberId: string("9+", { nullable: "9+", default: null, ignorable: true }),
      // Checked for members of the consumer protocol (KIP-848); -1 is not.
      memberEpoch: int32("9+", { default: -1, ignorable: true }),
      // Null for every topic with an offset.
      topics: array("8+", { nullable: "8+" }).of({
        name: string("8-9", { ignorable: true }),
        topicId: uuid("10+", { ignorable: true }),
        partitionIndexes: array("8+").of(int32),
      }),
    }),
    // Wait for open transactions: UNSTABLE_OFFSET_COMMIT while one could change the offset.
    requireStable: boolean("7+", { default: false }),
  },
  response: {
    throttleTimeMs: int32("3+", { ignorable: true }),
    topics: array("0-7").of({
      name: string("0-7"),
      partitions: array("0-7").of({
        partitionIndex: int32("0-7"),
        // -1 if the group has committed none.
        committedOffset: int64("0-7"),
        committedLeaderEpoch: int32("5-7", { default: -1, ignorable: true }),
        metadata: string("0-7", { nullable: "0-7" }),
        errorCode: int16("0-7"),
      }),
    }),
    errorCode: int16("2-7", { default: 0, ignorable: true }),
    groups: array("8+").of({
      groupId: string("8+"),
      topics: array("8+").of({
        name: string("8-9", { ignorable: true }),
        topicId: uuid("10+", { ignorable: true }),
        partitions: array("8+").of({
          partitionIndex: int32("8+"),
          // -1 if the group has committed none.
          committedOffset: int64("8+"),
          committedLeaderEpoch: int32("8+", { default: -1, ignorable: true }),
          metadata: string("8+", { nullable: "8+" }),
          errorCode: int16("8+"),
        }),
      }),
      errorCode: int16("8+", { default: 0 }),
    }),
  },
});
