import type { TopicMetadata } from "../../metadata/metadata-store.ts";
import type { Partition } from "./partition.ts";
import type { TopicState } from "./topic-state.ts";

/** Someone who keeps up with all that a broker has. Told often: has to remember, and do no more. */
export interface ChangeListener {
  /** Records came or went, were read, or the copies' state is another. */
  partitionChanged(partition: Partition): void;
  topicAdded(topic: TopicState): void;
  /** A topic has more partitions, or other settings, than `before`. */
  topicChanged(topic: TopicState, before: TopicMetadata): void;
  topicRemoved(topic: TopicState): void;
}

/** Tells those who listen what changes. */
export class Changes implements ChangeListener {
  readonly #listeners = new Set<ChangeListener>();

  listen(listener: ChangeListener): void {
    this.#listeners.add(listener);
  }

  forget(listener: ChangeListener): void {
    this.#listeners.delete(listener);
  }

  partitionChanged(partition: Partition): void {
    for (const listener of this.#listeners) listener.partitionChanged(partition);
  }

  topicAdded(topic: TopicState): void {
    for (const listener of this.#listeners) listener.topicAdded(topic);
  }

  topicChanged(topic: TopicState, before: TopicMetadata): void {
    for (const listener of this.#listeners) listener.topicChanged(topic, before);
  }

  topicRemoved(topic: TopicState): void {
    for (const listener of this.#listeners) listener.topicRemoved(topic);
  }
}
