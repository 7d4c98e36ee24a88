import type { PartitionPlace } from "../../metadata/partition-names.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { PartitionProducer, PartitionStatus } from "../api.ts";
import { Arrivals } from "../groups/arrivals.ts";
import type { PartitionPart } from "../membership/partitions-view.ts";
import { Traffic } from "../observability/traffic.ts";
import type { TopicState } from "./topic-state.ts";

/** Someone who wants to know when a partition has something new, or is gone. */
export interface PartitionWatcher {
  partitionChanged(partition: Partition): void;
}

/** One partition as this broker has it: its log, its high watermark and who waits for it. */
export class Partition {
  readonly topic: TopicState;
  readonly index: number;
  readonly place: PartitionPlace;
  readonly log: PartitionLog;
  readonly traffic = new Traffic();
  readonly arrivals: Arrivals;
  readonly #watchers = new Set<PartitionWatcher>();

  constructor(topic: TopicState, index: number, log: PartitionLog) {
    this.topic = topic;
    this.index = index;
    this.place = { topicId: topic.metadata.id, index };
    this.log = log;
    this.arrivals = new Arrivals(this.log.endOffset);
    this.log.onAdvance = () => this.changed();
    this.log.applyRule();
  }

  /** Consumers see what is before it: what every copy that must have it has. */
  get highWatermark(): number {
    return this.log.highWatermark;
  }

  /** The number of the present leadership. */
  get leaderEpoch(): number {
    return this.topic.view.current.leaderEpochOf(this.place);
  }

  /** What this broker has of it. */
  get part(): PartitionPart {
    return this.topic.view.current.partOf(this.place);
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

  /** Records of a batch were written. */
  written(records: number, bytes: number): void {
    this.traffic.written(records, bytes);
    this.topic.traffic.written(records, bytes);
  }

  /** So many bytes were read. */
  fetched(bytes: number): void {
    this.traffic.bytesOut += bytes;
    this.topic.traffic.bytesOut += bytes;
    this.topic.changes.partitionChanged(this);
  }

  /** Tells the watchers that the partition isn't any more. */
  closed(): void {
    this.log.onAdvance = null;
    this.changed();
    this.#watchers.clear();
  }

  /** The idempotent producers that have written to it. */
  producers(): PartitionProducer[] {
    return [...this.log.producers.entries()].map(([producerId, state]) => ({
      producerId,
      producerEpoch: state.epoch,
      lastSequence: state.batches.at(-1)?.lastSequence ?? -1,
      lastTimestampMs: state.lastSeenMs,
    }));
  }

  status(): PartitionStatus {
    const { log, topic, index, highWatermark } = this;
    return {
      topic: topic.metadata.name,
      partition: index,
      ...topic.view.current.copiesOf(this.place, log),
      logStartOffset: log.startOffset,
      highWatermark,
      logEndOffset: log.endOffset,
      sizeBytes: log.sizeBytes,
    };
  }

  /** Tells the watchers that something is new: records, or who has them. */
  changed(): void {
    for (const watcher of this.#watchers) watcher.partitionChanged(this);
    this.topic.partitionChanged(this);
  }
}

/** The state of a partition that nobody has written to or read. */
export function unusedPartition({ metadata, view }: TopicState, index: number): PartitionStatus {
  return {
    topic: metadata.name,
    partition: index,
    ...view.current.copiesOf({ topicId: metadata.id, index }, null),
    logStartOffset: 0,
    highWatermark: 0,
    logEndOffset: 0,
    sizeBytes: 0,
  };
}
