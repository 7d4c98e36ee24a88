import { listPartitionReassignments } from "../protocol/messages/46-list-reassignments.ts";
import { service } from "../service.ts";

/**
 * ListPartitionReassignments 0.
 *
 * - Partitions can't be moved, so no move is ever under way; as in Kafka, whatever is asked for.
 */
export const listPartitionReassignmentsService = service(listPartitionReassignments, async () => ({
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
  topics: [],
}));
