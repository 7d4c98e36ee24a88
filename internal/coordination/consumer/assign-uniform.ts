import type { Assignee } from "./assignor.ts";
import { type Partitions, partitionsOf } from "./partitions.ts";
import type { GroupTopic } from "./topics.ts";

/** A member while partitions are dealt out. */
interface Hand {
  readonly memberId: string;
  readonly topicIds: ReadonlySet<string>;
  /** By topic id. */
  readonly partitions: Map<string, number[]>;
  count: number;
}

/**
 * Every member gets as many partitions as the others, if they read the same topics: then no two
 * differ by more than one. Otherwise as nearly so as moving single partitions between two members
 * gets. Members keep what they were to have as far as that allows: if all read the same, no
 * assignment as even moves fewer partitions.
 */
export function assignUniformly(assignees: readonly Assignee[]): Map<string, Partitions> {
  const free = new Map<string, Set<number>>();
  for (const { topics } of assignees) {
    for (const topic of topics) if (!free.has(topic.id)) free.set(topic.id, freeOf(topic));
  }
  const hands = assignees.map((assignee) => keptBy(assignee, free));
  hands.sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  dealOut(hands, free);
  level(hands);
  return new Map(hands.map((hand) => [hand.memberId, dealtTo(hand)]));
}

/** What each partition of a topic is: free, until somebody keeps it. */
function freeOf({ partitionCount }: GroupTopic): Set<number> {
  return new Set(Array.from({ length: partitionCount }, (_, partition) => partition));
}

/** A member with what it keeps of its target: what is still there, and still its. */
function keptBy(
  { memberId, topics, target }: Assignee,
  free: ReadonlyMap<string, Set<number>>,
): Hand {
  const topicIds = new Set(topics.map(({ id }) => id));
  const hand: Hand = { memberId, topicIds, partitions: new Map(), count: 0 };
  for (const [topicId, partitions] of target) {
    if (!topicIds.has(topicId)) continue;
    for (const partition of partitions) {
      if (free.get(topicId)?.delete(partition)) give(hand, topicId, partition);
    }
  }
  return hand;
}

/** Gives each free partition to the one who has least of those that read its topic. */
function dealOut(hands: readonly Hand[], free: ReadonlyMap<string, ReadonlySet<number>>): void {
  for (const [topicId, partitions] of free) {
    if (partitions.size === 0) continue;
    const readers = hands.filter(({ topicIds }) => topicIds.has(topicId));
    for (const partition of partitions) {
      const poorest = readers.reduce((least, hand) => (hand.count < least.count ? hand : least));
      give(poorest, topicId, partition);
    }
  }
}

/** Moves partitions from those who have more to those who have less, as long as that levels. */
function level(hands: Hand[]): void {
  for (;;) {
    hands.sort((a, b) => a.count - b.count);
    if (!moveOne(hands)) return;
  }
}

/** Moves one partition to the poorest that can be helped, from the richest that can help. */
function moveOne(hands: readonly Hand[]): boolean {
  for (const poor of hands) {
    for (let at = hands.length - 1; at >= 0; at--) {
      const rich = hands[at];
      if (rich === undefined || rich.count - poor.count < 2) break;
      for (const [topicId, partitions] of rich.partitions) {
        if (!poor.topicIds.has(topicId)) continue;
        const partition = partitions.pop();
        if (partition === undefined) continue;
        rich.count--;
        give(poor, topicId, partition);
        return true;
      }
    }
  }
  return false;
}

function give(hand: Hand, topicId: string, partition: number): void {
  const partitions = hand.partitions.get(topicId);
  if (partitions) partitions.push(partition);
  else hand.partitions.set(topicId, [partition]);
  hand.count++;
}

function dealtTo({ partitions: dealt }: Hand): Partitions {
  return partitionsOf(Array.from(dealt, ([topicId, partitions]) => ({ topicId, partitions })));
}
