import type { Rates, Traffic } from "../observability/traffic.ts";
import type { PartitionHealth, TopicActivity } from "../observability/watch-api.ts";
import { healthOf, worse } from "./health.ts";
import { unusedPartition } from "./partition.ts";
import type { TopicState } from "./topic-state.ts";

/** A topic, its partitions taken together as its totals have them. */
export function topicActivity(topic: TopicState, rates: Rates | null): TopicActivity {
  const { totals } = topic;
  const { name, id, internal, partitionCount } = topic.describe();
  const unused = unusedFaults(topic);
  return {
    name,
    id,
    internal,
    partitionCount,
    replicationFactor: Math.max(unused.copyCount, totals.copyCount),
    offsetCount: totals.offsetCount,
    sizeBytes: totals.sizeBytes,
    faultCount: totals.faultCount + unused.count,
    health: worse(unused.worst, totals.health),
    rates,
  };
}

/** The partitions that nobody has used here: how many aren't `ok`, and the worst that one is. */
interface UnusedFaults {
  readonly count: number;
  readonly worst: PartitionHealth;
  readonly copyCount: number;
}

function unusedFaults(topic: TopicState): UnusedFaults {
  const { partitionCount } = topic.metadata;
  const least = topic.settings.minInsyncReplicas;
  const first = unusedPartition(topic, 0);
  const found = { count: 0, worst: healthOf(first, least), copyCount: first.replicas.length };
  if (!topic.view.current.isShared) {
    const count = found.worst === "ok" ? 0 : partitionCount - topic.totals.partitionCount;
    return { ...found, count };
  }
  found.worst = "ok";
  for (let index = 0; index < partitionCount; index++) {
    if (topic.used(index)) continue;
    const health = healthOf(unusedPartition(topic, index), least);
    if (health !== "ok") found.count++;
    found.worst = worse(found.worst, health);
  }
  return found;
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
