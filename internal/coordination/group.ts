import type { GroupChange } from "./changes.ts";
import type { ClassicGroup } from "./classic-group.ts";
import type { OffsetTable } from "./offset-table.ts";

/** About what a group takes besides its members and offsets (measured with 100,000). */
export const GROUP_BYTES = 3072;

/** A group: who reads, and how far they have come. */
export interface Group {
  readonly groupId: string;
  /** Its members now. */
  classic: ClassicGroup;
  /** Whether the log has its members, as of the last time that it was stable or empty. */
  isSaved: boolean;
  /** Its offsets as the log has them. */
  readonly offsets: OffsetTable;
}

/** The changes after which the log has nothing of a group. */
export function* endOf({ groupId, isSaved, offsets }: Group): Generator<GroupChange> {
  for (const { topic, partition } of offsets.entries()) {
    yield { kind: "offset", groupId, topic, partition, committed: null };
  }
  if (isSaved) yield { kind: "group", groupId, saved: null };
}
