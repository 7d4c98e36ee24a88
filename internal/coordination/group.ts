import type { GroupChange } from "./changes.ts";
import type { ClassicGroup } from "./classic/classic-group.ts";
import { changesBetween } from "./consumer/changes.ts";
import type { LiveGroup } from "./consumer/live-group.ts";
import type { OffsetTable } from "./offset-table.ts";

/** About what a group takes besides its members and offsets (measured with 100,000). */
export const GROUP_BYTES = 3072;

/** A group: who reads, and how far they have come. */
export interface Group {
  readonly groupId: string;
  /** Its members now, by the classic protocol; none while it is one of the consumer protocol. */
  classic: ClassicGroup;
  /** Its members now, by the consumer protocol; null while it isn't of that. */
  consumer: LiveGroup | null;
  /** Whether the log has its classic members, as of when it was last stable or empty. */
  isSaved: boolean;
  /** Its offsets as the log has them. */
  readonly offsets: OffsetTable;
}

/** The changes after which the log has nothing of a group. */
export function* endOf({ groupId, isSaved, consumer, offsets }: Group): Generator<GroupChange> {
  for (const { topic, partition } of offsets.entries()) {
    yield { kind: "offset", groupId, topic, partition, committed: null };
  }
  if (consumer) yield* changesBetween(groupId, consumer.saved, null);
  if (isSaved) yield { kind: "group", groupId, saved: null };
}

/** Whether a group has no members, and none is coming. */
export function isVacant({ classic, consumer }: Group): boolean {
  return consumer ? consumer.isVacant : classic.state === "Empty";
}

/** Whether the members read the topic, or may do so. */
export function isSubscribedTo({ classic, consumer }: Group, topic: string): boolean {
  return consumer ? consumer.reads(topic) : classic.isSubscribedTo(topic);
}
