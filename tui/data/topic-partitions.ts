import type { PartitionRow } from "./partition-row.ts";

/**
 * The partitions of the one topic that is looked at, as they came. There can be ten thousand, all
 * of which are listed twice a second, while few are told again: they are kept as a list takes them.
 */
export class TopicPartitions {
  readonly topic: string;
  readonly #rows: PartitionRow[] = [];
  /** Where each partition is in the rows. */
  readonly #places = new Map<number, number>();

  constructor(topic: string) {
    this.topic = topic;
  }

  get rows(): readonly PartitionRow[] {
    return this.#rows;
  }

  /** One that is told again stays in its place. */
  take(row: PartitionRow): void {
    const known = this.#places.get(row.partition);
    const place = known ?? this.#rows.length;
    if (known === undefined) this.#places.set(row.partition, place);
    this.#rows[place] = row;
  }

  clear(): void {
    this.#rows.length = 0;
    this.#places.clear();
  }
}
