import type { MetadataStore, TopicMetadata } from "../../metadata/metadata-store.ts";
import { partitionOfLog } from "../../metadata/partition-names.ts";
import { randomUuid } from "../../metadata/uuid.ts";
import type { Random } from "../../platform/random.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { CreateTopicRequest, Topic } from "../api.ts";
import { BrokerError } from "../errors.ts";
import type { CurrentView } from "../membership/partitions-view.ts";
import { unknownTopic } from "../refusals.ts";
import type { BrokerConfig } from "../settings/broker-config.ts";
import { checkedTopicConfig } from "../settings/topic-settings.ts";
import { brokerError, onlyIfStorage } from "../storage-errors.ts";
import type { Changes } from "./changes.ts";
import { LogRemovals } from "./log-removals.ts";
import type { Partition } from "./partition.ts";
import { configured, grown } from "./topic-alterations.ts";
import { checkNewName, checkPartitionCount, checkReplicationFactor } from "./topic-rules.ts";
import { TopicState } from "./topic-state.ts";

/** What topics stand on. */
export interface TopicsPath {
  readonly random: Random;
  readonly store: LogStore;
  readonly metadata: MetadataStore;
  /** What holds of the broker's settings. */
  readonly config: Pick<BrokerConfig, "values" | "settings">;
  readonly changes: Changes;
  readonly view: CurrentView;
}

/** The topics of this broker: what the metadata says of them, and their partitions' logs. */
export class Topics {
  readonly #path: TopicsPath;
  readonly #topics = new Map<string, TopicState>();
  readonly #removals: LogRemovals;
  /** The last change of each topic that is being changed. */
  readonly #changing = new Map<string, Promise<void>>();

  /** Brings logs and metadata together after a start: logs that no topic has are removed. */
  static async open(path: TopicsPath): Promise<Topics> {
    const topics = new Topics(path);
    for (const topic of path.metadata.topics()) {
      topics.#topics.set(topic.name, topics.#newState(topic));
    }
    await topics.#adoptLogs();
    return topics;
  }

  private constructor(path: TopicsPath) {
    this.#path = path;
    this.#removals = new LogRemovals(path.store);
  }

  list(): Topic[] {
    const topics = [...this.#topics.values()].map((topic) => topic.describe());
    return topics.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Every topic, in the order in which they were made. */
  states(): Iterable<TopicState> {
    return this.#topics.values();
  }

  get(name: string): TopicState | undefined {
    return this.#topics.get(name);
  }

  byId(id: string): TopicState | undefined {
    const metadata = this.#path.metadata.topicById(id);
    return metadata && this.#topics.get(metadata.name);
  }

  /** The topic `name`; throws `BrokerError` `unknown-topic-or-partition` if there is none. */
  existing(name: string): TopicState {
    const topic = this.#topics.get(name);
    if (topic) return topic;
    throw unknownTopic(name);
  }

  partition(name: string, index: number): Partition | undefined {
    return this.#topics.get(name)?.partition(index, this.#path.store);
  }

  /** The partitions that have been used. */
  *partitions(): Generator<Partition> {
    for (const topic of this.#topics.values()) yield* topic.partitions();
  }

  async create(request: CreateTopicRequest & { partitionCount: number }): Promise<Topic> {
    const { name, partitionCount, replicationFactor, validateOnly } = request;
    checkNewName(name, this.#path.metadata.logName);
    this.#checkFree(name);
    checkPartitionCount(partitionCount);
    checkReplicationFactor(replicationFactor, this.#path.view.current.brokerCount);
    const config = checkedTopicConfig(request.config, this.#path.config.values);
    const topic = this.#newState({
      name,
      id: randomUuid(this.#path.random),
      partitionCount,
      config,
    });
    if (validateOnly) return topic.describe();
    return this.#exclusively(name, async () => {
      await this.#removals.remove([]);
      this.#checkFree(name);
      const copies = replicationFactor ?? this.#path.config.settings.defaultCopies;
      await this.#path.metadata.putTopic(topic.metadata, copies, replicationFactor ?? 1);
      topic.metadata = this.#path.metadata.topic(name) ?? topic.metadata;
      this.#topics.set(name, topic);
      this.#path.changes.topicAdded(topic);
      return topic.describe();
    });
  }

  /**
   * Forgets a topic and its records. It is gone from the metadata first, its logs follow: at once,
   * or where the disk hasn't even room to note that, before the next topic is made or removed, or
   * at the next start.
   */
  remove(name: string): Promise<void> {
    return this.#exclusively(name, async () => {
      const topic = this.existing(name);
      await this.#path.metadata.removeTopic(name);
      await this.#drop(topic);
    });
  }

  /** Removes what is here of a partition that other brokers keep. */
  removeCopy(partition: Partition): Promise<void> {
    const { topic, index, log } = partition;
    return this.#exclusively(topic.metadata.name, async () => {
      if (topic.used(index) !== partition) return;
      await this.#removals.removeCopy(log);
      topic.forget(partition);
      partition.closed();
    });
  }

  grow(name: string, partitionCount: number, validateOnly: boolean): Promise<void> {
    return this.#change(name, validateOnly, (metadata) => grown(metadata, partitionCount));
  }

  alterConfig(
    name: string,
    changes: ReadonlyMap<string, string | null>,
    validateOnly: boolean,
  ): Promise<void> {
    const change = (metadata: TopicMetadata) =>
      configured(metadata, changes, this.#path.config.values);
    return this.#change(name, validateOnly, change);
  }

  #change(
    name: string,
    validateOnly: boolean,
    change: (metadata: TopicMetadata) => TopicMetadata,
  ): Promise<void> {
    return this.#exclusively(name, async () => {
      const topic = this.existing(name);
      const decided = this.#path.metadata.topic(name);
      // It was deleted elsewhere, and perhaps made again: that is yet to be taken over.
      if (decided?.id !== topic.metadata.id) throw unknownTopic(name);
      const changed = change(decided);
      if (validateOnly) return;
      await this.#path.metadata.putTopic(changed, this.#path.config.settings.defaultCopies, 1);
      const before = topic.metadata;
      topic.update(changed, this.#path.config.values);
      this.#path.changes.topicChanged(topic, before);
    });
  }

  /**
   * Takes over what the metadata says that another broker has decided: topics that came, changed
   * or went. Every partition of which this broker has a copy is opened, so that it is copied.
   */
  async reconcile(): Promise<void> {
    const known = [...this.#path.metadata.topics()].map(({ name }) => name);
    const failures: unknown[] = []; // a topic that can't be taken holds up no other
    for (const name of new Set([...this.#topics.keys(), ...known])) {
      if (this.#topics.get(name)?.metadata === this.#path.metadata.topic(name)) continue;
      await this.#exclusively(name, () => this.#take(name)).catch((why) => failures.push(why));
    }
    for (const topic of this.#topics.values()) {
      for (let index = 0; index < topic.metadata.partitionCount; index++) {
        const place = { topicId: topic.metadata.id, index };
        if (this.#path.view.current.partOf(place) !== "nothing")
          topic.partition(index, this.#path.store);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async #take(name: string): Promise<void> {
    const known = this.#topics.get(name);
    const metadata = this.#path.metadata.topic(name);
    if (known && known.metadata === metadata) return;
    if (known && known.metadata.id !== metadata?.id) await this.#drop(known);
    if (!metadata) return;
    const topic = this.#topics.get(name);
    if (!topic) {
      await this.#removals.remove([]); // an earlier topic of this name may still have its logs here
      const added = this.#newState(metadata);
      this.#topics.set(name, added);
      this.#path.changes.topicAdded(added);
      return;
    }
    const before = topic.metadata;
    topic.update(metadata, this.#path.config.values);
    this.#path.changes.topicChanged(topic, before);
  }

  /** The log of this name, if it is that of a partition of this topic id; opened. */
  logNamed(logName: string, id: string): PartitionLog | null {
    const named = partitionOfLog(logName);
    const topic = this.topicOfLog(logName);
    if (!named || topic?.metadata.id !== id) return null;
    return topic.partition(named.partition, this.#path.store)?.log ?? null;
  }

  /** The topic that a log of this name belongs to. */
  topicOfLog(logName: string): TopicState | undefined {
    const named = partitionOfLog(logName);
    return named ? this.#topics.get(named.topic) : undefined;
  }

  /** The partition that a log of this name belongs to, if someone has asked for it. */
  usedPartition(logName: string): Partition | undefined {
    const named = partitionOfLog(logName);
    return named ? this.topicOfLog(logName)?.used(named.partition) : undefined;
  }

  #newState(metadata: TopicMetadata): TopicState {
    const { config, changes, view } = this.#path;
    return new TopicState(metadata, config.values, changes, view);
  }

  async #drop(topic: TopicState): Promise<void> {
    this.#topics.delete(topic.metadata.name);
    const partitions = [...topic.partitions()];
    await this.#removals.remove(partitions.map(({ log }) => log)).catch(onlyIfStorage);
    for (const partition of partitions) partition.closed();
    this.#path.changes.topicRemoved(topic);
  }

  /** Runs one change of a topic after the other. */
  async #exclusively<T>(name: string, change: () => Promise<T>): Promise<T> {
    const before = this.#changing.get(name) ?? Promise.resolve();
    const result = before.then(change);
    const ended = result.then(
      () => {},
      () => {},
    );
    this.#changing.set(name, ended);
    try {
      return await result;
    } catch (error) {
      throw brokerError(error);
    } finally {
      if (this.#changing.get(name) === ended) this.#changing.delete(name);
    }
  }

  async #adoptLogs(): Promise<void> {
    const strays = [];
    for (const log of this.#path.store.logs.values()) {
      if (log.name === this.#path.metadata.logName) continue;
      if (!this.logNamed(log.name, log.incarnation)) strays.push(log);
    }
    await this.#path.store.remove(strays);
  }

  /** Also what other brokers have decided, and this one has yet to take over, isn't free. */
  #checkFree(name: string): void {
    if (!this.#topics.has(name) && !this.#path.metadata.topic(name)) return;
    throw new BrokerError("topic-exists", `there is a topic ${name}`);
  }
}
