import { crc32c } from "../../record/crc32c.ts";
import type { OfTopic } from "../api.ts";
import type { ConsumerGroup, ConsumerTerms } from "./group-state.ts";
import { type Partitions, partitionsOf } from "./partitions.ts";

/** A topic as far as groups have to know it. */
export interface GroupTopic {
  readonly name: string;
  readonly id: string;
  readonly partitionCount: number;
}

/** The topics that there are. */
export interface TopicCatalog {
  /** Another number whenever a topic has come, gone or grown. */
  readonly version: number;
  topic(name: string): GroupTopic | undefined;
  topicById(id: string): GroupTopic | undefined;
  /** The names of all. */
  names(): Iterable<string>;
}

/** The topics as one moment sees them, with what patterns match of them. */
export interface TopicView extends Pick<TopicCatalog, "topic" | "topicById"> {
  /** The names that match a pattern which has been resolved. */
  matching(regex: string): readonly string[];
}

/** The topics that a member reads, of those that there are; in the order of their names. */
export function topicsOf(terms: ConsumerTerms, view: TopicView): GroupTopic[] {
  const { topics, topicRegex } = terms;
  const matching = topicRegex ? view.matching(topicRegex) : [];
  const names = matching.length === 0 ? topics : [...new Set([...topics, ...matching])].sort();
  return names.flatMap((name) => view.topic(name) ?? []);
}

/** The topics that a group's members read, by name. */
export function topicsRead(group: ConsumerGroup, view: TopicView): Map<string, GroupTopic> {
  const read = new Map<string, GroupTopic>();
  for (const { terms } of group.members.values()) {
    for (const topic of topicsOf(terms, view)) read.set(topic.name, topic);
  }
  return read;
}

/** Partitions of a topic that is there. */
export interface TopicAssignment extends OfTopic<number> {
  readonly topicId: string;
}

/** Partitions with their topics' names; those of topics that are gone aren't anywhere. */
export function named(
  some: Partitions,
  topics: Pick<TopicCatalog, "topicById">,
): TopicAssignment[] {
  return Array.from(some, ([topicId, partitions]) => {
    const topic = topics.topicById(topicId)?.name;
    return topic === undefined ? [] : [{ topic, topicId, partitions }];
  }).flat();
}

/** The same with their topics' ids. */
export function identified(
  some: readonly OfTopic<number>[],
  topics: Pick<TopicCatalog, "topic">,
): Partitions {
  return partitionsOf(
    some.flatMap(({ topic, partitions }) => {
      const topicId = topics.topic(topic)?.id;
      return topicId === undefined ? [] : [{ topicId, partitions }];
    }),
  );
}

const encoder = new TextEncoder();

/** A number that is another one when a topic has come, gone, grown, or been made anew. */
export function topicsHash(topics: ReadonlyMap<string, GroupTopic>): number {
  if (topics.size === 0) return 0;
  const lines = Array.from(topics.values(), ({ id, partitionCount }) => `${id} ${partitionCount}`);
  const bytes = encoder.encode(lines.sort().join("\n"));
  return crc32c(bytes, 0, bytes.length);
}
