import type { Broker, FetchedPartition, Fetcher, FetchLimits } from "../../../broker/api.ts";
import { BrokerError } from "../../../broker/errors.ts";
import type { fetch } from "../protocol/messages/01-fetch.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import type { RequestOf } from "../service.ts";

type FetchRequest = RequestOf<typeof fetch>;
type RequestedPartition = FetchRequest["topics"][number]["partitions"][number];

/** What was found in the partitions of a topic. */
export interface FoundTopic {
  /** The name; where topics are named by ids it may be missing, and is not sent. */
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: FetchedPartition[];
}

/** A topic with partitions that the fetcher watches. */
interface WatchedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: Set<number>;
}

/**
 * The partitions of one fetch, or of a fetch session, over a fetcher of the broker. Topics are
 * named by their names or all by their ids; an id that isn't known is looked for at every poll.
 */
export class WatchList {
  readonly byId: boolean;
  /** How many partitions there are. */
  size = 0;
  private readonly broker: Broker;
  private readonly fetcher: Fetcher;
  /** By the name or id that the client uses. */
  private readonly watched = new Map<string, WatchedTopic>();
  private readonly watchedByName = new Map<string, WatchedTopic>();
  /** Partitions of ids that are not known. */
  private readonly unknown = new Map<string, Map<number, RequestedPartition>>();

  constructor(broker: Broker, byId: boolean) {
    this.broker = broker;
    this.byId = byId;
    this.fetcher = broker.openFetcher();
  }

  /** Adds partitions, or moves those that are there. */
  watch(topics: FetchRequest["topics"]): void {
    for (const { topic, topicId, partitions } of topics) {
      if (!this.byId) this.watchTopic(topic, topic, ZERO_UUID, partitions);
      else this.watchId(topicId, partitions);
    }
  }

  forget(topics: FetchRequest["forgottenTopicsData"]): void {
    for (const { topic, topicId, partitions } of topics) {
      const key = this.byId ? topicId : topic;
      for (const partition of partitions) this.forgetPartition(key, partition);
    }
  }

  /** What is new; everything with `includeUnchanged`. Rejects with `BrokerError`. */
  async poll(limits: FetchLimits): Promise<FoundTopic[]> {
    for (const [topicId, partitions] of this.unknown) {
      this.watchId(topicId, [...partitions.values()]);
    }
    // An unknown id is an error to tell, so there is nothing to wait for.
    const maxWaitMs = this.unknown.size === 0 ? limits.maxWaitMs : 0;
    const found = this.watched.size === 0 ? [] : await this.fetcher.poll({ ...limits, maxWaitMs });
    return [...this.byTopic(found), ...this.unknownTopics()];
  }

  close(): void {
    this.fetcher.close();
  }

  private watchId(topicId: string, partitions: readonly RequestedPartition[]): void {
    const name = this.broker.topicById(topicId)?.name;
    if (name !== undefined) {
      this.size -= this.unknown.get(topicId)?.size ?? 0;
      this.unknown.delete(topicId);
      this.watchTopic(topicId, name, topicId, partitions);
      return;
    }
    const waiting = this.unknown.get(topicId) ?? new Map<number, RequestedPartition>();
    this.size -= waiting.size;
    for (const partition of partitions) waiting.set(partition.partition, partition);
    this.size += waiting.size;
    this.unknown.set(topicId, waiting);
  }

  private watchTopic(
    key: string,
    name: string,
    topicId: string,
    partitions: readonly RequestedPartition[],
  ): void {
    const topic = this.watched.get(key) ?? { name, topicId, partitions: new Set<number>() };
    this.watched.set(key, topic);
    this.watchedByName.set(name, topic);
    this.size -= topic.partitions.size;
    for (const { partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch } of partitions) {
      topic.partitions.add(partition);
      this.fetcher.watch({
        topic: name,
        partition,
        offset: fetchOffset,
        maxBytes: Math.max(0, partitionMaxBytes),
        currentLeaderEpoch,
      });
    }
    this.size += topic.partitions.size;
  }

  private forgetPartition(key: string, partition: number): void {
    const waiting = this.unknown.get(key);
    if (waiting?.delete(partition)) {
      this.size--;
      if (waiting.size === 0) this.unknown.delete(key);
    }
    const topic = this.watched.get(key);
    if (!topic?.partitions.delete(partition)) return;
    this.size--;
    this.fetcher.unwatch(topic.name, partition);
    if (topic.partitions.size > 0) return;
    this.watched.delete(key);
    this.watchedByName.delete(topic.name);
  }

  private byTopic(found: readonly FetchedPartition[]): FoundTopic[] {
    const topics = new Map<string, FoundTopic>();
    for (const partition of found) {
      const { topic } = partition;
      const known = topics.get(topic);
      if (known !== undefined) {
        known.partitions.push(partition);
        continue;
      }
      const topicId = this.watchedByName.get(topic)?.topicId ?? ZERO_UUID;
      topics.set(topic, { topic, topicId, partitions: [partition] });
    }
    return [...topics.values()];
  }

  private unknownTopics(): FoundTopic[] {
    return [...this.unknown].map(([topicId, partitions]) => ({
      topic: "",
      topicId,
      partitions: [...partitions.keys()].map((partition) => unknownPartition(topicId, partition)),
    }));
  }
}

function unknownPartition(topicId: string, partition: number): FetchedPartition {
  const message = `there is no topic with the id ${topicId}`;
  return {
    topic: "",
    partition,
    error: new BrokerError("unknown-topic-or-partition", message),
    highWatermark: -1,
    logStartOffset: -1,
    leaderEpoch: -1,
    records: [],
    sizeBytes: 0,
  };
}
