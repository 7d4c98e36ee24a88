import type { OfTopic } from "./api.ts";
import { FieldReader, FieldWriter } from "./fields.ts";

/*
 * What consumers tell each other through a group, as far as the broker has to know it: which topics
 * are read, and by whom. Every version of both messages begins like the first:
 *
 *     subscription   version (int16), count (int32), topics (strings), user data (int32 length);
 *                    from 1 on the partitions owned, from 2 on a generation (int32), from 3 on
 *                    the rack (nullable string)
 *     assignment     version (int16), count (int32) of topics: name (string),
 *                    count (int32), partitions (int32); user data (int32 length)
 *
 * Source: Kafka's ConsumerProtocolSubscription and ConsumerProtocolAssignment.
 */

/** The type of the groups that speak so. */
export const CONSUMER_PROTOCOL = "consumer";

/** What a member of the classic protocol wants, as far as the broker can assign it partitions. */
export interface Subscription {
  readonly topics: readonly string[];
  /** What it has and would keep; nothing if it has given everything up. */
  readonly owned: readonly OfTopic<number>[];
  readonly rackId: string | null;
}

const OWNED_VERSION = 1;
const GENERATION_VERSION = 2;
const RACK_VERSION = 3;

/** Reads a member's metadata; null if it is no subscription. Later versions end with more. */
export function decodeSubscription(metadata: Uint8Array): Subscription | null {
  const reader = new FieldReader(metadata);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  reader.nullableBytes();
  const owned = version >= OWNED_VERSION ? reader.array(() => topicPartitions(reader)) : [];
  if (version >= GENERATION_VERSION) reader.int32();
  const rackId = version >= RACK_VERSION ? reader.nullableString() : null;
  return version >= 0 && !reader.failed ? { topics, owned, rackId } : null;
}

function topicPartitions(reader: FieldReader): OfTopic<number> {
  return { topic: reader.string(), partitions: reader.array(() => reader.int32()) };
}

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
  const topics = reader.array(() => topicPartitions(reader));
  return version >= 0 && !reader.failed ? topics : [];
}

const VERSION = 0;
const NO_USER_DATA = -1;

/** The metadata of a member that wants to read topics. */
export function encodeSubscription(topics: readonly string[]): Uint8Array {
  const writer = new FieldWriter().int16(VERSION).int32(topics.length);
  for (const topic of topics) writer.string(topic);
  return writer.int32(NO_USER_DATA).done();
}

/** What a leader gives to a member. */
export function encodeAssignment(topics: readonly OfTopic<number>[]): Uint8Array {
  const writer = new FieldWriter().int16(VERSION).int32(topics.length);
  for (const { topic, partitions } of topics) {
    writer.string(topic).int32(partitions.length);
    for (const partition of partitions) writer.int32(partition);
  }
  return writer.int32(NO_USER_DATA).done();
}
