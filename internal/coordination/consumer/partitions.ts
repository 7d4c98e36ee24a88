/**
 * Partitions of topics: by topic id, the numbers in ascending order. No topic has an empty list, so
 * two of these are the same partitions exactly when they are equal.
 */
export type Partitions = ReadonlyMap<string, readonly number[]>;

/** None at all. */
export const NO_PARTITIONS: Partitions = new Map();

/** Partitions in any order, and some perhaps twice, as they come from outside. */
export function partitionsOf(
  topics: Iterable<{ readonly topicId: string; readonly partitions: Iterable<number> }>,
): Partitions {
  const byTopic = new Map<string, Set<number>>();
  for (const { topicId, partitions } of topics) {
    byTopic.set(topicId, new Set([...(byTopic.get(topicId) ?? []), ...partitions]));
  }
  return collected(byTopic, (numbers) => [...numbers].sort((a, b) => a - b));
}

/** Those of `some` for which `keeps` says yes. */
function filtered(
  some: Partitions,
  keeps: (topicId: string, partition: number) => boolean,
): Partitions {
  return collected(some, (numbers, topicId) => numbers.filter((each) => keeps(topicId, each)));
}

/** Those that are in both. */
export function common(some: Partitions, others: Partitions): Partitions {
  const isOther = lookup(others);
  return filtered(some, isOther);
}

/** Those of `some` that aren't among the others. */
export function without(some: Partitions, others: Partitions): Partitions {
  const isOther = lookup(others);
  return filtered(some, (topicId, partition) => !isOther(topicId, partition));
}

/** Those that are in one of the two, or in both. */
export function united(some: Partitions, others: Partitions): Partitions {
  const all = [...some, ...others].map(([topicId, partitions]) => ({ topicId, partitions }));
  return partitionsOf(all);
}

/** Whether both are the same partitions. */
export function isSame(some: Partitions, others: Partitions): boolean {
  if (some.size !== others.size) return false;
  for (const [topicId, numbers] of some) {
    const other = others.get(topicId);
    if (other === undefined || other.length !== numbers.length) return false;
    if (!numbers.every((number, index) => number === other[index])) return false;
  }
  return true;
}

/** Whether all of `some` are among the others. */
export function isWithin(some: Partitions, others: Partitions): boolean {
  return without(some, others).size === 0;
}

/** Whether none of `some` is among the others. */
export function isApart(some: Partitions, others: Partitions): boolean {
  return common(some, others).size === 0;
}

/** How many there are, of all topics. */
export function countOf(some: Partitions): number {
  let count = 0;
  for (const numbers of some.values()) count += numbers.length;
  return count;
}

function lookup(some: Partitions): (topicId: string, partition: number) => boolean {
  const sets = new Map<string, ReadonlySet<number>>();
  for (const [topicId, numbers] of some) sets.set(topicId, new Set(numbers));
  return (topicId, partition) => sets.get(topicId)?.has(partition) ?? false;
}

function collected<T>(
  topics: Iterable<readonly [string, T]>,
  numbersOf: (item: T, topicId: string) => readonly number[],
): Partitions {
  const partitions = new Map<string, readonly number[]>();
  for (const [topicId, item] of topics) {
    const numbers = numbersOf(item, topicId);
    if (numbers.length > 0) partitions.set(topicId, numbers);
  }
  return partitions;
}
