import type { GroupCoordinator } from "../coordination/api.ts";
import type { LocalGroupCoordinator } from "../coordination/coordinator.ts";
import type { MetadataStore } from "../metadata/metadata-store.ts";
import type { Platform } from "../platform/platform.ts";
import { recordCount } from "../record/batch.ts";
import type { LogStore } from "../storage/log-store.ts";
import type {
  Broker,
  BrokerIdentity,
  BrokerStatus,
  CreateTopicRequest,
  Fetcher,
  FoundOffset,
  OffsetPosition,
  OnProduced,
  PartitionProducer,
  PartitionStatus,
  ProduceReceipt,
  ProduceRequest,
  ProducerIdentity,
  Topic,
  TracedConfigEntry,
} from "./api.ts";
import { admitBatch, recompressed } from "./batch-rules.ts";
import type { BrokerOptions } from "./broker-options.ts";
import { type BrokerSettings, brokerConfigEntries, brokerSettings } from "./broker-settings.ts";
import type { Changes } from "./changes.ts";
import { BrokerError } from "./errors.ts";
import type { EventLog } from "./event-log.ts";
import { PartitionFetcher } from "./fetcher.ts";
import { findOffset } from "./find-offset.ts";
import { checkNotInternal, internalTopic, isInternal } from "./groups-topic.ts";
import type { Partition } from "./partition.ts";
import { ProducerIds } from "./producer-ids.ts";
import { tooFewCopies, unknownPartition } from "./refusals.ts";
import { RetentionSweeper } from "./retention.ts";
import { inBrokersWords } from "./storage-errors.ts";
import { storageStatus } from "./storage-status.ts";
import { topicEvents } from "./topic-events.ts";
import { topicConfigEntries, topicSettings } from "./topic-settings.ts";
import type { Topics } from "./topics.ts";
import { Traffic } from "./traffic.ts";
import type { Watched, Watcher } from "./watch-api.ts";
import { BrokerWatcher } from "./watcher.ts";
import { WriteEvents } from "./write-events.ts";

/** What a broker is put together of. */
export interface BrokerParts {
  readonly store: LogStore;
  readonly metadata: MetadataStore;
  readonly topics: Topics;
  readonly groups: LocalGroupCoordinator;
  readonly changes: Changes;
  readonly events: EventLog;
}

/** A broker that leads every partition that it has. */
export class LocalBroker implements Broker {
  readonly identity: BrokerIdentity;
  readonly settings: BrokerSettings;
  /** How many connections the doors have open; they keep it up to date. */
  connections = 0;
  /** What people are told that has happened. */
  readonly events: EventLog;
  readonly #platform: Platform;
  readonly #options: BrokerOptions;
  readonly #store: LogStore;
  readonly #topics: Topics;
  readonly #groups: LocalGroupCoordinator;
  readonly #producerIds: ProducerIds;
  readonly #retention: RetentionSweeper;
  readonly #startedAtMs: number;
  readonly #changes: Changes;
  readonly #traffic = new Traffic();
  readonly #writeEvents: WriteEvents;

  constructor(platform: Platform, options: BrokerOptions, parts: BrokerParts) {
    const { store, metadata, topics, groups, changes, events } = parts;
    const { version, advertised } = options;
    this.settings = brokerSettings(options.config);
    const { brokerId, rack } = this.settings;
    this.identity = { brokerId, clusterId: metadata.clusterId, version, advertised, rack };
    this.#platform = platform;
    this.#options = options;
    this.#store = store;
    this.#topics = topics;
    this.#groups = groups;
    this.#changes = changes;
    this.events = events;
    this.#writeEvents = new WriteEvents(this.events);
    this.#producerIds = new ProducerIds(metadata);
    this.#startedAtMs = platform.clock.nowMs();
    const { clock } = platform;
    const partitions = () => topics.partitions();
    this.#retention = new RetentionSweeper({ clock, store, partitions, settings: this.settings });
    this.#retention.start();
    store.compactor.start();
    changes.listen(topicEvents(this.events));
  }

  get groups(): GroupCoordinator {
    return this.#groups;
  }

  produce(request: ProduceRequest): Promise<ProduceReceipt> {
    return new Promise((resolve, reject) => {
      this.submit(request, (outcome) =>
        outcome instanceof BrokerError ? reject(outcome) : resolve(outcome),
      );
    });
  }

  submit(request: ProduceRequest, done: OnProduced): void {
    const refusal = this.#append(request, done);
    if (refusal) done(refusal);
  }

  openFetcher(): Fetcher {
    return new PartitionFetcher({
      clock: this.#platform.clock,
      store: this.#store,
      partition: (topic, index) => this.#topics.partition(topic, index),
      fetched: (partition, bytes) => {
        this.#traffic.bytesOut += bytes;
        partition.fetched(bytes);
      },
    });
  }

  openWatcher(watched: Watched): Watcher {
    const path = {
      clock: this.#platform.clock,
      brokerId: this.identity.brokerId,
      changes: this.#changes,
      events: this.events,
      traffic: this.#traffic,
      topics: () => this.#topics.states(),
      status: () => ({ ...this.status(), syncs: this.#store.syncLatencies }),
    };
    return new BrokerWatcher(path, watched);
  }

  async findOffset(
    topic: string,
    partition: number,
    position: OffsetPosition,
  ): Promise<FoundOffset> {
    return findOffset(this.#store, this.#partition(topic, partition), position);
  }

  async deleteRecords(topic: string, index: number, offset: number): Promise<number> {
    checkNotInternal(topic);
    const partition = this.#partition(topic, index);
    const { log, highWatermark } = partition;
    const start = offset === -1 ? highWatermark : offset;
    if (start < 0 || start > highWatermark) {
      const message = `${topic}-${index} ends at ${highWatermark}; can't delete up to ${offset}`;
      throw new BrokerError("offset-out-of-range", message);
    }
    await inBrokersWords(this.#store.cutBefore(log, start));
    return log.startOffset;
  }

  allocateProducerId(current: ProducerIdentity | null): Promise<ProducerIdentity> {
    return inBrokersWords(this.#producerIds.allocate(current));
  }

  topics(): Topic[] {
    return this.#topics.list();
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name)?.describe();
  }

  topicById(id: string): Topic | undefined {
    return this.#topics.byId(id)?.describe();
  }

  async createTopic(request: CreateTopicRequest): Promise<Topic> {
    checkNotInternal(request.name);
    const partitionCount = request.partitionCount ?? this.settings.defaultPartitions;
    return this.#topics.create({ ...request, partitionCount });
  }

  async deleteTopic(name: string): Promise<void> {
    checkNotInternal(name);
    await this.#topics.remove(name);
    await this.#groups.topicDeleted(name);
  }

  async createPartitions(
    name: string,
    partitionCount: number,
    validateOnly: boolean,
  ): Promise<void> {
    checkNotInternal(name);
    return this.#topics.grow(name, partitionCount, validateOnly);
  }

  alterTopicConfig(
    name: string,
    changes: ReadonlyMap<string, string | null>,
    validateOnly: boolean,
  ): Promise<void> {
    return this.#topics.alterConfig(name, changes, validateOnly);
  }

  topicConfig(name: string): TracedConfigEntry[] {
    const topic = this.#topics.existing(name);
    return topicConfigEntries(topic.metadata.config, this.#options.config);
  }

  brokerConfig(): TracedConfigEntry[] {
    return brokerConfigEntries(this.#options.config);
  }

  producers(topic: string, index: number): PartitionProducer[] {
    return this.#partition(topic, index).producers();
  }

  partition(topic: string, index: number): PartitionStatus | undefined {
    return this.#topics.get(topic)?.status(index, this.identity.brokerId);
  }

  status(): BrokerStatus {
    const { brokerId, clusterId, version } = this.identity;
    const { dataDirectory, config } = this.#options;
    const topics = this.#topics.list();
    return {
      brokerId,
      clusterId,
      version,
      startedAtMs: this.#startedAtMs,
      durability: topicSettings(new Map(), config).durability,
      dataDirectory,
      topicCount: topics.length,
      partitionCount: topics.reduce((sum, { partitionCount }) => sum + partitionCount, 0),
      ...storageStatus(this.#store),
      diskFreeBytes: this.#platform.disk.freeBytes(dataDirectory),
      recordsIn: this.#traffic.recordsIn,
      bytesIn: this.#traffic.bytesIn,
      bytesOut: this.#traffic.bytesOut,
      connections: this.connections,
    };
  }

  /** Stops taking writes, makes all that was taken durable and lets go of the data directory. */
  close(): Promise<void> {
    this.#retention.stop();
    this.#groups.close();
    return this.#store.close();
  }

  /** Begins an append, of which `done` will be told; returns why not if it may not begin. */
  #append(request: ProduceRequest, done: OnProduced): BrokerError | null {
    const { topic, partition: index, buffer, from, to, acks } = request;
    if (isInternal(topic)) return internalTopic(topic);
    const partition = this.#topics.partition(topic, index);
    if (!partition) return unknownPartition(topic, index);
    const { settings } = partition.topic;
    const logAppendTimeMs = admitBatch(settings, buffer, from, to, this.#platform.clock.nowMs());
    if (logAppendTimeMs instanceof BrokerError) return logAppendTimeMs;
    if (acks === -1 && settings.minInsyncReplicas > 1) return tooFewCopies(partition);
    const packed = recompressed(settings, buffer, from);
    if (packed instanceof BrokerError) return packed;
    const { log, leaderEpoch } = partition;
    const count = recordCount(buffer, from);
    const at = packed ? 0 : from;
    const sizeBytes = packed?.length ?? to - from;
    this.#store.submit(log, packed ?? buffer, at, sizeBytes, leaderEpoch, (outcome) => {
      if (outcome instanceof Error) {
        done(this.#writeEvents.refused(outcome));
        return;
      }
      this.#writeEvents.taken();
      this.#traffic.written(count, to - from);
      partition.written(count, to - from);
      const { baseOffset, lastOffset, durability, duplicate } = outcome;
      done({
        baseOffset,
        lastOffset,
        logAppendTimeMs,
        logStartOffset: log.startOffset,
        durability,
        copies: 1,
        duplicate,
      });
    });
    return null;
  }

  #partition(topic: string, index: number): Partition {
    const partition = this.#topics.partition(topic, index);
    if (partition) return partition;
    throw unknownPartition(topic, index);
  }
}
