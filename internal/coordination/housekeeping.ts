import { StorageError } from "../storage/errors.ts";
import type { GroupChange } from "./changes.ts";
import { expiredOffsets, isForgotten } from "./expiry.ts";
import type { Group } from "./group.ts";
import type { OffsetEntry } from "./offset-table.ts";
import type { GroupShard } from "./shard.ts";

/** Forgets offsets of topics that aren't there any more. Rejects with `StorageError`. */
export function forgetTopics(shard: GroupShard, isGone: (topic: string) => boolean): Promise<void> {
  return forgetOffsets(shard, function* ({ offsets }) {
    for (const topic of offsets.topics()) if (isGone(topic)) yield* offsets.ofTopic(topic);
  });
}

/** Forgets what nobody has needed for the retention time. Rejects with `StorageError`. */
export async function expire(shard: GroupShard, nowMs: number, retentionMs: number): Promise<void> {
  await forgetOffsets(shard, (group) => expiredOffsets(group, nowMs, retentionMs));
  for (const group of [...shard.groups.values()]) {
    if (isForgotten(group)) await shard.forget(group);
  }
}

/** What is unneeded is decided alone: an offset that is just being committed isn't. */
function forgetOffsets(
  { log, groups }: GroupShard,
  unneeded: (group: Group) => Iterable<OffsetEntry>,
): Promise<void> {
  return log.writeAlone(() => {
    const changes: GroupChange[] = [];
    for (const group of groups.values()) {
      const { groupId } = group;
      for (const { topic, partition } of unneeded(group)) {
        changes.push({ kind: "offset", groupId, topic, partition, committed: null });
      }
    }
    return changes;
  });
}

/** Lets a refusal of the disk pass: others tell of it, and the work comes again. */
export async function unlessRefused(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}
