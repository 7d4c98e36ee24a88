import { groupErrorCode } from "../errors.ts";
import { offsetDelete } from "../protocol/messages/47-offset-delete.ts";
import { service } from "../service.ts";

/**
 * OffsetDelete 0.
 *
 * - Each partition by itself: GROUP_SUBSCRIBED_TO_TOPIC while members read the topic,
 *   UNKNOWN_TOPIC_OR_PARTITION for one that isn't there. None committed is no error.
 * - NON_EMPTY_GROUP while a group has members that aren't consumers: what they read isn't known.
 */
export const offsetDeleteService = service(
  offsetDelete,
  async ({ groupId, topics }, { client }) => {
    const answer = await client.broker.groups.deleteOffsets({
      groupId,
      topics: topics.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.map(({ partitionIndex }) => partitionIndex),
      })),
    });
    return {
      errorCode: groupErrorCode(answer.error),
      throttleTimeMs: 0,
      topics: answer.topics.map(({ topic, partitions }) => ({
        name: topic,
        partitions: partitions.map(({ partition, error }) => ({
          partitionIndex: partition,
          errorCode: groupErrorCode(error),
        })),
      })),
    };
  },
);
