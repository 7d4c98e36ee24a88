import type { OfTopic } from "./api.ts";

/** A member, and the topics that it wants to read. */
export interface Subscriber {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/**
 * Who gets which partitions, as Kafka's range assignor has it: those of each topic are dealt out in
 * rows of the same length to those who read it, in the order of their ids; the first get one more.
 *
 *     7 partitions, 3 members   a: 0 1 2   b: 3 4   c: 5 6
 */
export function assignRange(
  subscribers: readonly Subscriber[],
  partitionCountOf: (topic: string) => number,
): Map<string, OfTopic<number>[]> {
  const assignments = new Map<string, OfTopic<number>[]>();
  const readers = new Map<string, string[]>();
  for (const { memberId, topics } of subscribers) {
    assignments.set(memberId, []);
    for (const topic of new Set(topics)) {
      readers.set(topic, [...(readers.get(topic) ?? []), memberId]);
    }
  }
  for (const [topic, memberIds] of readers) {
    const partitionCount = partitionCountOf(topic);
    const rowLength = Math.floor(partitionCount / memberIds.length);
    const longerRows = partitionCount % memberIds.length;
    let next = 0;
    for (const [index, memberId] of memberIds.sort().entries()) {
      const length = rowLength + (index < longerRows ? 1 : 0);
      const partitions = Array.from({ length }, () => next++);
      if (length > 0) assignments.get(memberId)?.push({ topic, partitions });
    }
  }
  return assignments;
}
