import type { GroupChange, SavedGroup } from "./changes.ts";
import { ConsumerReplay } from "./consumer/changes.ts";
import type { ConsumerGroup } from "./consumer/group-state.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { OffsetTable } from "./offset-table.ts";

/** All that a log tells of a group. */
export interface ToldGroup {
  readonly groupId: string;
  /** As one of the classic protocol, when it was last stable or empty; null if it never was. */
  readonly saved: SavedGroup | null;
  /** As one of the consumer protocol; null if it isn't of that. */
  readonly consumer: ConsumerGroup | null;
  readonly offsets: OffsetTable;
}

/** Groups as the log of a partition of `__consumer_offsets` tells them, as far as it was read. */
export class GroupReplay {
  readonly #budget: MemoryBudget;
  readonly #saved = new Map<string, SavedGroup>();
  readonly #offsets = new Map<string, OffsetTable>();
  readonly #consumers = new ConsumerReplay();

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** The log tells this next. */
  apply(change: GroupChange): void {
    const { groupId } = change;
    if (change.kind === "offset") {
      const offsets = this.#offsets.get(groupId) ?? new OffsetTable(this.#budget);
      offsets.set(change.topic, change.partition, change.committed);
      if (offsets.isEmpty) this.#offsets.delete(groupId);
      else this.#offsets.set(groupId, offsets);
    } else if (change.kind !== "group") this.#consumers.apply(change);
    else if (change.saved) this.#saved.set(groupId, change.saved);
    else this.#saved.delete(groupId);
  }

  /** The group; null if nothing is left of it. */
  group(groupId: string): ToldGroup | null {
    const saved = this.#saved.get(groupId) ?? null;
    const consumer = this.#consumers.group(groupId);
    const offsets = this.#offsets.get(groupId);
    if (saved === null && consumer === null && !offsets) return null;
    return { groupId, saved, consumer, offsets: offsets ?? new OffsetTable(this.#budget) };
  }

  /** The groups of which something is left, in no order. */
  *groups(): Generator<ToldGroup> {
    const ids = [this.#saved.keys(), this.#offsets.keys(), this.#consumers.groupIds()];
    for (const groupId of new Set(ids.flatMap((each) => [...each]))) {
      const group = this.group(groupId);
      if (group) yield group;
    }
  }
}
