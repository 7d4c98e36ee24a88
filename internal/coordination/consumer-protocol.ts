import type { OfTopic } from "./api.ts";
import { FieldReader } from "./fields.ts";

/*
 * What consumers tell each other through a group, as far as the broker has to know it: which topics
 * are read, and by whom. Every version of both messages begins like the first:
 *
 *     subscription   version (int16), count (int32), topics (strings)
 *     assignment     version (int16), count (int32) of topics: name (string),
 *                    count (int32), partitions (int32)
 *
 * Source: Kafka's ConsumerProtocolSubscription and ConsumerProtocolAssignment.
 */

/** The type of the groups that speak so. */
export const CONSUMER_PROTOCOL = "consumer";

/** The topics that a member wants to read; null if its metadata is no subscription. */
export function subscribedTopics(metadata: Uint8Array): string[] | null {
  const reader = new FieldReader(metadata);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  return version >= 0 && !reader.failed ? topics : null;
}

/** The partitions that a member has; none if these bytes are no assignment. */
export function assignedPartitions(assignment: Uint8Array): OfTopic<number>[] {
  const reader = new FieldReader(assignment);
  const version = reader.int16();
  const topics = reader.array(() => ({
    topic: reader.string(),
    partitions: reader.array(() => reader.int32()),
  }));
  return version >= 0 && !reader.failed ? topics : [];
}
