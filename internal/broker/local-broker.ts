import type { GroupCoordinator } from "../coordination/api.ts";
import type { Platform } from "../platform/platform.ts";
import type { LogStore } from "../storage/log-store.ts";
import type {
  Broker,
  BrokerIdentity,
  BrokerStatus,
  ConfigChanges,
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
import { Appends, acked } from "./appends.ts";
import type { BrokerParts } from "./broker-parts.ts";
import { deleteRecords } from "./delete-records.ts";
import { PartitionFetcher } from "./fetcher.ts";
import { findOffset } from "./find-offset.ts";
import { checkNotInternal } from "./groups/groups-topic.ts";
import type { LagTimes } from "./groups/lag-times.ts";
import type { Membership } from "./membership/membership.ts";
import type { Replication } from "./membership/replication-api.ts";
import { brokerActivity, brokerStatus, type StatusPath } from "./observability/broker-status.ts";
import type { EventLog } from "./observability/event-log.ts";
import type { ConnectionCounts } from "./observability/gauges.ts";
import type { RefusalCounts } from "./observability/refusal-counts.ts";
import { Traffic } from "./observability/traffic.ts";
import type { Watched, Watcher } from "./observability/watch-api.ts";
import { BrokerWatcher } from "./observability/watcher.ts";
import { ProducerIds } from "./producer-ids.ts";
import { unknownPartition } from "./refusals.ts";
import { RetentionSweeper } from "./retention.ts";
import type { BrokerSettings } from "./settings/broker-settings.ts";
import { topicConfigEntries } from "./settings/topic-settings.ts";
import { inBrokersWords } from "./storage-errors.ts";
import { LogTotals } from "./topics/log-totals.ts";
import type { Partition } from "./topics/partition.ts";
import { topicEvents } from "./topics/topic-events.ts";
import { type CountedTopic, countedTopics } from "./topics/topic-summary.ts";
import type { Topics } from "./topics/topics.ts";

/** A broker on a data directory of its own: alone, one of a pair, or a member of a cluster. */
export class LocalBroker implements Broker {
  /** The doors keep it up to date. */
  connections: ConnectionCounts = { open: 0, most: null, refusedCount: 0 };
  /** What people are told that has happened. */
  readonly events: EventLog;
  readonly lagTimes: LagTimes;
  readonly refusals: RefusalCounts;
  /** Whether its disk lets it write. */
  readonly storage: Pick<LogStore, "refusal">;
  readonly #platform: Platform;
  readonly #parts: BrokerParts;
  readonly #store: LogStore;
  readonly #topics: Topics;
  readonly #membership: Membership;
  readonly #producerIds: ProducerIds;
  readonly #retention: RetentionSweeper;
  readonly #startedAtMs: number;
  readonly #traffic = new Traffic();
  readonly #appends: Appends;

  constructor(platform: Platform, parts: BrokerParts) {
    const { store, topics, changes, events, membership } = parts;
    this.#membership = membership;
    this.#platform = platform;
    this.#parts = parts;
    this.#store = store;
    this.storage = store;
    this.#topics = topics;
    this.events = events;
    this.#producerIds = new ProducerIds(() => membership.obtainProducerIds());
    this.lagTimes = parts.lagTimes;
    this.refusals = parts.refusals;
    this.#startedAtMs = platform.clock.nowMs();
    const { clock } = platform;
    // Copies drop what their leader drops.
    const partitions = () =>
      Iterator.from(topics.partitions()).filter(({ part }) => part === "lead");
    this.#retention = new RetentionSweeper({ clock, store, partitions, settings: this.settings });
    this.#retention.start();
    this.#appends = new Appends({ ...parts, clock, traffic: this.#traffic });
    store.compactor.start();
    store.scrubber.start();
    changes.listen(topicEvents(this.events));
  }

  get settings(): BrokerSettings {
    return this.#parts.config.settings;
  }

  get groups(): GroupCoordinator {
    return this.#parts.groups.current;
  }

  /** Can be reached by others at its address from now on; resolves when they can know it. */
  serve(): Promise<void> {
    const { brokerId, version } = this.identity;
    const message = `broker ${brokerId} has started, version ${version}`;
    this.events.remember("info", "broker-started", { subject: "", message });
    return this.#membership.serve();
  }

  /** It is about to stop: others lead what it leads, as far as they can, when this resolves. */
  handOver(): Promise<void> {
    return this.#membership.handOver();
  }

  get identity(): BrokerIdentity {
    const { brokerId, metadata, options } = this.#parts;
    const { version, advertised } = options;
    const { clusterId } = metadata;
    return { brokerId, clusterId, version, advertised, rack: this.settings.rack };
  }

  get replication(): Replication {
    return this.#membership;
  }

  produce(request: ProduceRequest): Promise<ProduceReceipt> {
    return acked((done) => this.#appends.submit(request, done));
  }

  restore(request: ProduceRequest): Promise<ProduceReceipt> {
    return acked((done) => this.#appends.restore(request, done));
  }

  submit(request: ProduceRequest, done: OnProduced): void {
    this.#appends.submit(request, done);
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
    const logs = new LogTotals(this.#store);
    const path = {
      clock: this.#platform.clock,
      broker: this,
      changes: this.#parts.changes,
      events: this.events,
      traffic: this.#traffic,
      topics: () => this.#topics.states(),
      topic: (name: string) => this.#topics.get(name),
      status: () => brokerActivity(this.#statusPath(), logs),
    };
    return new BrokerWatcher(path, watched);
  }

  async findOffset(
    topic: string,
    partition: number,
    position: OffsetPosition,
  ): Promise<FoundOffset> {
    const found = this.#partition(topic, partition);
    const refusal = this.#membership.partitions.askRefusalOf(found.place);
    if (refusal) throw refusal;
    return findOffset(this.#store, found, position);
  }

  async deleteRecords(topic: string, index: number, offset: number): Promise<number> {
    checkNotInternal(topic);
    this.#checkWritable();
    const partition = this.#partition(topic, index);
    if (partition.part !== "lead") throw this.#membership.partitions.refusalOf(partition.place);
    return deleteRecords(this.#store, partition, offset);
  }

  async allocateProducerId(current: ProducerIdentity | null): Promise<ProducerIdentity> {
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
    this.#checkWritable();
    checkNotInternal(request.name);
    const partitionCount = request.partitionCount ?? this.settings.defaultPartitions;
    return this.#topics.create({ ...request, partitionCount });
  }

  async deleteTopic(name: string): Promise<void> {
    this.#checkWritable();
    checkNotInternal(name);
    await this.#topics.remove(name);
    await this.#parts.groups.topicDeleted(name);
  }

  async createPartitions(
    name: string,
    partitionCount: number,
    validateOnly: boolean,
  ): Promise<void> {
    this.#checkWritable();
    checkNotInternal(name);
    return this.#topics.grow(name, partitionCount, validateOnly);
  }

  async alterTopicConfig(
    name: string,
    changes: ConfigChanges,
    validateOnly: boolean,
  ): Promise<void> {
    this.#checkWritable();
    return this.#topics.alterConfig(name, changes, validateOnly);
  }

  topicConfig(name: string): TracedConfigEntry[] {
    const { metadata } = this.#topics.existing(name);
    return topicConfigEntries(metadata.config, this.#parts.config.values);
  }

  brokerConfig(): TracedConfigEntry[] {
    return this.#parts.config.entries();
  }

  alterBrokerConfig(changes: ConfigChanges, validateOnly: boolean): Promise<void> {
    return this.#parts.config.alter(changes, validateOnly);
  }

  producers(topic: string, index: number): PartitionProducer[] {
    return this.#partition(topic, index).producers();
  }

  partition(topic: string, index: number): PartitionStatus | undefined {
    return this.#topics.get(topic)?.status(index);
  }

  topicActivities(): Iterable<CountedTopic> {
    return countedTopics(this.#topics.states());
  }

  status(): BrokerStatus {
    return brokerStatus(this.#statusPath(), new LogTotals(this.#store));
  }

  #statusPath(): StatusPath {
    return {
      identity: this.identity,
      startedAtMs: this.#startedAtMs,
      ...this.#parts.options,
      durability: this.settings.topicDefaults.durability,
      disk: this.#platform.disk,
      store: this.#store,
      topics: this.#topics,
      traffic: this.#traffic,
      connections: this.connections,
      refusals: this.refusals,
      membership: this.#membership,
    };
  }

  /** Stops taking writes, makes all that was taken durable and lets go of the data directory. */
  async close(): Promise<void> {
    this.#retention.stop();
    this.#parts.repairs.stop();
    this.#parts.groups.close();
    await this.#membership.close();
    await this.#store.close();
  }

  /** Throws `BrokerError` `not-leader` where another broker decides. */
  #checkWritable(): void {
    const { refusal } = this.#membership;
    if (refusal) throw refusal;
  }

  #partition(topic: string, index: number): Partition {
    const partition = this.#topics.partition(topic, index);
    if (partition) return partition;
    throw unknownPartition(topic, index);
  }
}
