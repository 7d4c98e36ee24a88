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
 * - An epoch ends where the next one's records begin, the leader's own where its log ends. Where an
 *   epoch has no records, the one before it is answered (KIP-279); one that isn't known is -1.
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
    ledPartition(broker, topic, partition, currentLeaderEpoch);
    const { epoch, endOffset } = broker.replication.endOfEpoch(topic, partition, leaderEpoch);
    return { errorCode: 0, partition, leaderEpoch: epoch, endOffset };
  } catch (error) {
    return { errorCode: refused(error).errorCode, partition };
  }
}
