import type { CommittedOffset } from "./changes.ts";
import { type Group, isSubscribedTo, isVacant } from "./group.ts";
import type { OffsetEntry } from "./offset-table.ts";

/**
 * A group's offsets that nobody has needed for the retention time, counted
 *
 * - of a group without members, since its last one left;
 * - of simple consumers, in no group, and of the consumer protocol, since the commit;
 * - of consumers at work, since the commit, for topics that they don't read any more.
 *
 * A client may have said for how long to keep an offset; that counts then.
 *
 * Source: KIP-211.
 */
export function* expiredOffsets(
  group: Group,
  nowMs: number,
  retentionMs: number,
): Generator<OffsetEntry> {
  for (const topic of group.offsets.topics()) {
    if (isSubscribedTo(group, topic)) continue;
    for (const entry of group.offsets.ofTopic(topic)) {
      const { expiresAtMs } = entry.committed;
      const sinceMs = unneededSince(group, entry.committed);
      if (sinceMs !== null && nowMs >= (expiresAtMs ?? sinceMs + retentionMs)) yield entry;
    }
  }
}

/** null: it is still needed, or that can't be told. */
function unneededSince(
  { classic, consumer }: Group,
  { committedAtMs }: CommittedOffset,
): number | null {
  if (consumer) return committedAtMs;
  const { protocolType, state, subscribedTopics, stateSinceMs } = classic;
  if (protocolType === null) return committedAtMs;
  if (state === "Empty") return stateSinceMs < 0 ? committedAtMs : stateSinceMs;
  return state === "Stable" && subscribedTopics !== null ? committedAtMs : null;
}

/** Whether nothing of a group is worth keeping. */
export function isForgotten(group: Group): boolean {
  return isVacant(group) && group.classic.pendingCount === 0 && group.offsets.isEmpty;
}
