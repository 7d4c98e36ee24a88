import type { ChangeListener } from "../topics/changes.ts";
import type { Pair } from "./pair.ts";

/** Keeps a pair up with topics: their settings say how their logs are led. */
export function pairTopics(pair: Pair): ChangeListener {
  return {
    partitionChanged() {},
    topicAdded() {},
    topicChanged(topic) {
      for (const { log } of topic.partitions()) pair.leader?.rulesChanged(log);
    },
    topicRemoved(topic) {
      for (const { log } of topic.partitions()) {
        pair.leader?.forget(log);
        pair.following?.forget(log);
      }
    },
  };
}
