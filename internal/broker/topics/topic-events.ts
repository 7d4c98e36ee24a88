import type { TopicMetadata } from "../../metadata/metadata-store.ts";
import type { EventLog } from "../observability/event-log.ts";
import type { ChangeListener } from "./changes.ts";

/** Writes down what becomes of topics. */
export function topicEvents(events: EventLog): ChangeListener {
  return {
    partitionChanged() {}, // far too often to be an event
    topicAdded({ metadata: { name, partitionCount } }) {
      const message = `${name} was made, with ${partitionsText(partitionCount)}`;
      events.add("info", "topic-created", { subject: name, message });
    },
    topicChanged({ metadata }, before) {
      const { name, partitionCount } = metadata;
      if (partitionCount !== before.partitionCount) {
        const message = `${name} has ${partitionsText(partitionCount)} now`;
        events.add("info", "partitions-added", { subject: name, message });
      }
      for (const change of configChanges(before, metadata)) {
        const message = `${name}: ${change}`;
        events.add("info", "topic-config-changed", { subject: name, message });
      }
    },
    topicRemoved({ metadata: { name } }) {
      const message = `${name} was deleted`;
      events.add("info", "topic-deleted", { subject: name, message });
    },
  };
}

function configChanges(before: TopicMetadata, after: TopicMetadata): string[] {
  const names = new Set([...before.config.keys(), ...after.config.keys()]);
  return [...names].flatMap((name) => {
    const value = after.config.get(name);
    if (value === before.config.get(name)) return [];
    return value === undefined ? `${name} has the broker's value again` : `${name} is ${value} now`;
  });
}

function partitionsText(count: number): string {
  return count === 1 ? "1 partition" : `${count} partitions`;
}
