import { refused } from "../errors.ts";
import { deleteRecords } from "../protocol/messages/21-delete-records.ts";
import { service } from "../service.ts";

/**
 * DeleteRecords 0-2.
 *
 * - Each partition by itself: what is before the offset (-1: the high watermark) is gone, and the
 *   answer has the partition's new start. timeoutMs is ignored.
 * - An offset behind the high watermark: OFFSET_OUT_OF_RANGE; with errors the start is -1.
 */
export const deleteRecordsService = service(deleteRecords, async ({ topics }, { client }) => ({
  throttleTimeMs: 0,
  topics: await Promise.all(
    topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(async ({ partitionIndex, offset }) => {
          try {
            const lowWatermark = await client.broker.deleteRecords(name, partitionIndex, offset);
            return { partitionIndex, lowWatermark, errorCode: 0 };
          } catch (error) {
            return { partitionIndex, lowWatermark: -1, errorCode: refused(error).errorCode };
          }
        }),
      ),
    })),
  ),
}));
