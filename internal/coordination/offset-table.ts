import type { CommittedOffset } from "./changes.ts";
import { ENTRY_BYTES, type MemoryBudget } from "./memory-budget.ts";

/** A group's offset of one partition. */
export interface OffsetEntry {
  readonly topic: string;
  readonly partition: number;
  readonly committed: CommittedOffset;
}

/** The offsets of one group. */
export class OffsetTable {
  readonly #budget: MemoryBudget;
  readonly #topics = new Map<string, Map<number, CommittedOffset>>();

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  topics(): Iterable<string> {
    return this.#topics.keys();
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  /** Sets an offset, or forgets it. */
  set(topic: string, partition: number, committed: CommittedOffset | null): void {
    const partitions = this.#topics.get(topic) ?? new Map<number, CommittedOffset>();
    const before = partitions.get(partition);
    if (before) this.#budget.add(-sizeBytes(before));
    if (committed) {
      this.#budget.add(sizeBytes(committed));
      partitions.set(partition, committed);
      this.#topics.set(topic, partitions);
    } else {
      partitions.delete(partition);
      if (partitions.size === 0) this.#topics.delete(topic);
    }
  }

  /** Forgets everything. */
  clear(): void {
    for (const { committed } of this.entries()) this.#budget.add(-sizeBytes(committed));
    this.#topics.clear();
  }

  *entries(): Generator<OffsetEntry> {
    for (const topic of this.#topics.keys()) yield* this.ofTopic(topic);
  }

  *ofTopic(topic: string): Generator<OffsetEntry> {
    for (const [partition, committed] of this.#topics.get(topic) ?? []) {
      yield { topic, partition, committed };
    }
  }
}

function sizeBytes({ metadata }: CommittedOffset): number {
  return ENTRY_BYTES + metadata.length;
}
