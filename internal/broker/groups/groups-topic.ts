import { OFFSETS_TOPIC, type OffsetsTopic } from "../../coordination/offsets-topic.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import { BrokerError } from "../errors.ts";
import type { BrokerSettings } from "../settings/broker-settings.ts";
import type { TopicState } from "../topics/topic-state.ts";
import type { Topics } from "../topics/topics.ts";

/** The internal topic that groups are kept in, as the coordinator sees it. */
export function offsetsTopic(
  topics: Topics,
  store: LogStore,
  settings: BrokerSettings,
): OffsetsTopic {
  return {
    logs() {
      const topic = topics.get(OFFSETS_TOPIC);
      return topic ? logsOf(topic, store) : null;
    },
    async create() {
      try {
        await topics.create(offsetsTopicRequest(settings));
      } catch (error) {
        if (error instanceof BrokerError) return null;
        throw error;
      }
      return logsOf(topics.existing(OFFSETS_TOPIC), store);
    },
  };
}

/** What it is made with. */
export function offsetsTopicRequest(settings: BrokerSettings) {
  const { offsetsTopicPartitions, offsetsTopicSegmentBytes } = settings;
  return {
    name: OFFSETS_TOPIC,
    partitionCount: offsetsTopicPartitions,
    replicationFactor: null,
    config: new Map([
      ["cleanup.policy", "compact"],
      ["segment.bytes", `${offsetsTopicSegmentBytes}`],
    ]),
    validateOnly: false,
  };
}

/** Whether a topic is the broker's own: clients read it, and can't change it. */
export function isInternal(topic: string): boolean {
  return topic === OFFSETS_TOPIC;
}

/** Throws `BrokerError` `internal-topic` if a topic isn't one that clients may change. */
export function checkNotInternal(topic: string): void {
  if (isInternal(topic)) throw internalTopic(topic);
}

/** The refusal of what would change an internal topic. */
export function internalTopic(topic: string): BrokerError {
  return new BrokerError("internal-topic", `${topic} is the broker's own: only it may do this`);
}

function logsOf(topic: TopicState, store: LogStore): PartitionLog[] {
  const logs: PartitionLog[] = [];
  for (let index = 0; index < topic.metadata.partitionCount; index++) {
    const partition = topic.partition(index, store);
    if (partition) logs.push(partition.log);
  }
  return logs;
}
