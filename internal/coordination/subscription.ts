import { FieldReader } from "./fields.ts";
import type { Member } from "./member.ts";
import { metadataOf } from "./member.ts";

/**
 * The topics that a group's members read, if they are consumers: the broker looks into what
 * members tell each other only to know which offsets are still needed. null if it can't tell.
 */
export function subscribedTopics(
  protocolType: string | null,
  protocolName: string | null,
  members: Iterable<Member>,
): ReadonlySet<string> | null {
  if (protocolType !== "consumer") return null;
  const topics = new Set<string>();
  for (const member of members) {
    const names = topicsOf(metadataOf(member, protocolName));
    if (names === null) return null;
    for (const name of names) topics.add(name);
  }
  return topics;
}

/**
 * The topics of one subscription; null if it isn't one. Every version begins like the first:
 * version (int16), topic count (int32), names (int16 length, UTF-8).
 *
 * Source: Kafka's ConsumerProtocolSubscription.
 */
function topicsOf(metadata: Uint8Array): string[] | null {
  const reader = new FieldReader(metadata);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  return version >= 0 && !reader.failed ? topics : null;
}
