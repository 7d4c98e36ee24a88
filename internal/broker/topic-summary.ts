import { healthOf, worse } from "./health.ts";
import { unusedPartition } from "./partition.ts";
import type { TopicState } from "./topic-state.ts";
import type { Rates, Traffic } from "./traffic.ts";
import type { TopicActivity } from "./watch-api.ts";

/** A topic, its partitions taken together as its totals have them. */
export function topicActivity(topic: TopicState, rates: Rates | null): TopicActivity {
  const { totals } = topic;
  const { name, id, internal, partitionCount } = topic.describe();
  const unused = unusedPartition(topic, 0);
  const unusedHealth = healthOf(unused, topic.settings.minInsyncReplicas);
  const unusedCount = partitionCount - totals.partitionCount;
  return {
    name,
    id,
    internal,
    partitionCount,
    replicationFactor: Math.max(unused.replicas.length, totals.copyCount),
    offsetCount: totals.offsetCount,
    sizeBytes: totals.sizeBytes,
    faultCount: totals.faultCount + (unusedHealth === "ok" ? 0 : unusedCount),
    health: worse(unusedHealth, totals.health),
    rates,
  };
}

/** A topic with what has gone through it since the start. */
export interface CountedTopic extends TopicActivity {
  readonly traffic: Readonly<Pick<Traffic, "recordsIn" | "bytesIn" | "bytesOut">>;
}

/** Topics with how they are, and what has gone through them. */
export function* countedTopics(topics: Iterable<TopicState>): Generator<CountedTopic> {
  for (const topic of topics) {
    const { partitionCount } = topic.metadata;
    topic.look(partitionCount, partitionCount);
    yield { ...topicActivity(topic, null), traffic: topic.traffic };
  }
}
