import type { Broker, Topic } from "../../broker/api.ts";
import { checkTopicName } from "../../broker/topics/topic-rules.ts";
import { Refusal } from "./errors.ts";
import { ZERO_UUID } from "./protocol/table.ts";

/** A topic as requests name it: by its name, or, where that is null, by its id. */
export interface TopicReference {
  readonly name: string | null;
  readonly topicId: string;
}

/** The topic meant. Throws `Refusal`. */
export function referredTopic(broker: Broker, { name, topicId }: TopicReference): Topic {
  if (name !== null && topicId !== ZERO_UUID) {
    throw new Refusal("INVALID_REQUEST", "a topic is named by its name or by its id, not by both");
  }
  if (name !== null) return topicNamed(broker, name);
  if (topicId !== ZERO_UUID) return topicWithId(broker, topicId);
  throw new Refusal("INVALID_REQUEST", "neither a topic's name nor its id is there");
}

/** The topic with a name. Throws `Refusal`. */
export function topicNamed(broker: Broker, name: string): Topic {
  const topic = broker.topic(name);
  if (topic === undefined) throw new Refusal("UNKNOWN_TOPIC_OR_PARTITION");
  return topic;
}

/** The topic with an id. Throws `Refusal`. */
export function topicWithId(broker: Broker, topicId: string): Topic {
  const topic = broker.topicById(topicId);
  if (topic === undefined) throw new Refusal("UNKNOWN_TOPIC_ID");
  return topic;
}

/**
 * The topic with a name, which must be one that a topic may have: some requests tell illegal names
 * from those that are merely unknown. Throws `Refusal` and `BrokerError`.
 */
export function legallyNamed(broker: Broker, name: string): Topic {
  const topic = broker.topic(name);
  if (topic !== undefined) return topic;
  checkTopicName(name);
  throw new Refusal("UNKNOWN_TOPIC_OR_PARTITION");
}

/** What stands more than once in a list. */
export function repeated<T>(items: readonly T[]): ReadonlySet<T> {
  const once = new Set<T>();
  const more = new Set<T>();
  for (const item of items) {
    if (once.has(item)) more.add(item);
    once.add(item);
  }
  return more;
}

/** The first of those items that have the same key. */
export function distinct<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const byKey = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}
