import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { PartitionStatus } from "./api.ts";
import type { TopicState } from "./topic-state.ts";

/** Someone who wants to know when a partition has something new, or is gone. */
export interface PartitionWatcher {
  partitionChanged(partition: Partition): void;
}

/** One partition as its leader sees it: its log, its high watermark and who waits for it. */
export class Partition {
  readonly topic: TopicState;
  readonly index: number;
  readonly log: PartitionLog;
  readonly #watchers = new Set<PartitionWatcher>();

  constructor(topic: TopicState, index: number, store: LogStore) {
    this.topic = topic;
    this.index = index;
    const { metadata, settings } = topic;
    this.log = store.openLog(`${metadata.name}-${index}`, metadata.id, settings);
    this.log.onAdvance = () => this.#changed();
  }

  /** Consumers see what is before it: what every copy that must have it has. */
  get highWatermark(): number {
    return this.log.durableOffset;
  }

  /** The number of this broker's leadership. */
  get leaderEpoch(): number {
    return 0;
  }

  get removed(): boolean {
    return this.log.removed;
  }

  watch(watcher: PartitionWatcher): void {
    this.#watchers.add(watcher);
  }

  unwatch(watcher: PartitionWatcher): void {
    this.#watchers.delete(watcher);
  }

  /** Tells the watchers that the partition isn't any more. */
  closed(): void {
    this.log.onAdvance = null;
    this.#changed();
    this.#watchers.clear();
  }

  status(brokerId: number): PartitionStatus {
    const { log, topic, index, highWatermark, leaderEpoch } = this;
    return {
      topic: topic.metadata.name,
      partition: index,
      leader: brokerId,
      leaderEpoch,
      replicas: [brokerId],
      isr: [brokerId],
      observers: [],
      logStartOffset: log.startOffset,
      highWatermark,
      logEndOffset: log.endOffset,
      sizeBytes: log.sizeBytes,
    };
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher.partitionChanged(this);
  }
}
