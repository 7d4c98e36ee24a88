import type { TopicMetadata } from "../../metadata/metadata-store.ts";
import { BrokerError } from "../errors.ts";
import { checkedTopicConfig, topicSetting } from "../settings/topic-settings.ts";
import { checkPartitionCount } from "./topic-rules.ts";

/** A topic with more partitions. Throws `BrokerError` where it would have no more, or too many. */
export function grown(topic: TopicMetadata, partitionCount: number): TopicMetadata {
  checkPartitionCount(partitionCount);
  if (partitionCount > topic.partitionCount) return { ...topic, partitionCount };
  const has = `the ${topic.partitionCount} that ${topic.name} has`;
  const message = `partitions can become more than ${has}, not ${partitionCount}`;
  throw new BrokerError("invalid-partitions", message);
}

/** A topic with settings set, or taken back where the value is null. Throws `BrokerError`. */
export function configured(
  topic: TopicMetadata,
  changes: ReadonlyMap<string, string | null>,
  brokerConfig: ReadonlyMap<string, string>,
): TopicMetadata {
  const config = new Map(topic.config);
  for (const [key, value] of changes) {
    topicSetting(key);
    if (value === null) config.delete(key);
    else config.set(key, value);
  }
  return { ...topic, config: checkedTopicConfig(config, brokerConfig) };
}
