import type { Broker } from "../../../broker/api.ts";
import { refused } from "../errors.ts";
import { ledPartition } from "../leader-epoch.ts";
import { offsetForLeaderEpoch } from "../protocol/messages/23-offset-for-leader-epoch.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";

type RequestedPartition = RequestOf<
  typeof offsetForLeaderEpoch
>["topics"][number]["partitions"][number];
type AnsweredPartition = AnswerOf<
  typeof offsetForLeaderEpoch
>["topics"][number]["partitions"][number];

/**
 * OffsetForLeaderEpoch 2-4.
 *
 * - The leader's epoch ends where its log ends. An epoch that isn't the leader's has no records
 *   here: its number and end are -1.
 * - The epoch that a client knows is compared with the leader's.
 */
export const offsetForLeaderEpochService = service(
  offsetForLeaderEpoch,
  async ({ topics }, { client }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((partition) => endOf(client.broker, topic, partition)),
    })),
  }),
);

function endOf(
  broker: Broker,
  topic: string,
  { partition, currentLeaderEpoch, leaderEpoch }: RequestedPartition,
): AnsweredPartition {
  try {
    const status = ledPartition(broker, topic, partition, currentLeaderEpoch);
    if (leaderEpoch !== status.leaderEpoch) return { errorCode: 0, partition };
    return { errorCode: 0, partition, leaderEpoch, endOffset: status.logEndOffset };
  } catch (error) {
    return { errorCode: refused(error).errorCode, partition };
  }
}
