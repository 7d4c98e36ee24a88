import type { Place } from "./place.ts";

/** Which offsets of a group are to be set, and where to. */
export interface ResetTarget {
  readonly groupId: string;
  /** Those that were named; none for all that the group has an offset of. */
  readonly topics: readonly string[];
  /** Those that were named; all if none was. */
  readonly partitions: readonly number[];
  readonly to: Place;
}

/** What becomes of a group's offset in one partition. */
export interface PlannedOffset {
  readonly topic: string;
  readonly partition: number;
  /** null if none was committed. */
  readonly committedOffset: number | null;
  readonly newOffset: number;
  /** Records that are to be read then. */
  readonly lag: number;
}
