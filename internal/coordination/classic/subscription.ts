import { CONSUMER_PROTOCOL, subscribedTopics } from "../consumer-protocol.ts";
import type { Member } from "./member.ts";
import { metadataOf } from "./member.ts";

/**
 * The topics that a group's members read, if they are consumers: the broker looks into what
 * members tell each other only to know which offsets are still needed. null if it can't tell.
 */
export function topicsReadBy(
  members: Iterable<Member>,
  protocolType: string | null,
  protocolName: string | null,
): ReadonlySet<string> | null {
  if (protocolType !== CONSUMER_PROTOCOL) return null;
  const topics = new Set<string>();
  for (const member of members) {
    const names = subscribedTopics(metadataOf(member, protocolName));
    if (names === null) return null;
    for (const name of names) topics.add(name);
  }
  return topics;
}
