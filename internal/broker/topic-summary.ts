import { healthOf, worse } from "./health.ts";
import { unusedPartition } from "./partition.ts";
import type { TopicState } from "./topic-state.ts";
import type { Rates, Traffic } from "./traffic.ts";
import type { TopicActivity } from "./watch-api.ts";

/** A topic, its partitions taken together. It looks at each one that has been used. */
export function topicActivity(topic: TopicState, rates: Rates | null): TopicActivity {
  const { minInsyncReplicas } = topic.settings;
  const { name, id, internal, partitionCount } = topic.describe();
  const unused = unusedPartition(topic, 0);
  const unusedHealth = healthOf(unused, minInsyncReplicas);
  let unusedCount = partitionCount;
  let replicationFactor = unused.replicas.length;
  let offsetCount = 0;
  let sizeBytes = 0;
  let faultCount = 0;
  let health = unusedHealth;
  for (const partition of topic.partitions()) {
    const status = partition.status();
    const partitionHealth = healthOf(status, minInsyncReplicas);
    unusedCount--;
    replicationFactor = Math.max(replicationFactor, status.replicas.length);
    offsetCount += status.highWatermark - status.logStartOffset;
    sizeBytes += status.sizeBytes;
    if (partitionHealth !== "ok") faultCount++;
    health = worse(health, partitionHealth);
  }
  if (unusedHealth !== "ok") faultCount += unusedCount;
  return {
    name,
    id,
    internal,
    partitionCount,
    replicationFactor,
    offsetCount,
    sizeBytes,
    faultCount,
    health,
    rates,
  };
}

/** A topic with what has gone through it since the start. */
export interface CountedTopic extends TopicActivity {
  readonly traffic: Readonly<Pick<Traffic, "recordsIn" | "bytesIn" | "bytesOut">>;
}

/** Topics with how they are, and what has gone through them. */
export function* countedTopics(topics: Iterable<TopicState>): Generator<CountedTopic> {
  for (const topic of topics) yield { ...topicActivity(topic, null), traffic: topic.traffic };
}
