import type {
  BrokerActivity,
  Client,
  GroupActivity,
  GroupPartition,
  PartitionActivity,
  Rates,
  TopicActivity,
  TracedEvent,
  Watch,
  WatchOptions,
  WatchUpdate,
} from "../api.ts";
import { ClientError } from "../errors.ts";
import type { Router } from "./router.ts";

/** How often it is looked which brokers there are. */
const LOOK_MS = 5000;

/** The first update waits so long for what others have to tell. */
const FIRST_MS = 1000;

/** Opens the client of each broker of the cluster that answers. */
type OpenPeers = () => Promise<readonly Client[]>;

/** Watches all brokers of a cluster as one: at the pace of the broker that was named. */
export function openRoutedWatch(
  router: Router,
  named: Client,
  peers: OpenPeers,
  options: WatchOptions,
): Watch {
  return new RoutedWatch(router, named, peers, options);
}

/** Another broker that is watched, and what it has told last. */
interface Other {
  readonly watch: Watch;
  broker: BrokerActivity | null;
  readonly topics: Map<string, TopicActivity>;
  isComplete: boolean;
  /** Resolves when it has told something, or is over. */
  readonly told: PromiseWithResolvers<void>;
}

class RoutedWatch implements Watch {
  readonly #router: Router;
  readonly #namedId: number;
  readonly #peers: OpenPeers;
  readonly #options: WatchOptions;
  readonly #watch: Watch;
  readonly #others = new Map<number, Other>();
  /** Every topic as the named broker has told it. */
  readonly #topics = new Map<string, TopicActivity>();
  /** What others have told since the last update. */
  #changedTopics = new Set<string>();
  #partitions: PartitionActivity[] = [];
  #groups: GroupActivity[] = [];
  #removedGroups: (readonly [brokerId: number, groupId: string])[] = [];
  #progress: GroupPartition[] = [];
  #events: TracedEvent[] = [];
  /** Who has told a group last. */
  readonly #tellers = new Map<string, number>();
  /** Lets the others go on when somebody has taken an update. */
  #taken = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();

  constructor(router: Router, named: Client, peers: OpenPeers, options: WatchOptions) {
    this.#router = router;
    this.#namedId = named.hello.brokerId;
    this.#peers = peers;
    this.#options = options;
    this.#watch = named.watch(options);
  }

  stop(): void {
    this.#stopping.abort();
    this.#watch.stop();
    for (const { watch } of this.#others.values()) watch.stop();
    this.#taken.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchUpdate, undefined> {
    await this.#look();
    const told = Promise.all(this.#others.values().map((other) => other.told.promise));
    const { signal } = this.#stopping;
    await Promise.race([told, this.#router.pause(FIRST_MS, signal).catch(() => {})]);
    void this.#lookAgain();
    try {
      for await (const update of this.#watch) {
        yield this.#merged(update);
        this.#taken.resolve();
        this.#taken = Promise.withResolvers();
      }
    } finally {
      this.stop();
    }
  }

  /** Watches brokers that are new, or are there again. */
  async #look(): Promise<void> {
    try {
      for (const client of await this.#peers()) {
        const { brokerId } = client.hello;
        if (brokerId === this.#namedId || this.#others.has(brokerId)) continue;
        if (this.#stopping.signal.aborted) return;
        const watch = client.watch(this.#options);
        const told = Promise.withResolvers<void>();
        const other: Other = { watch, broker: null, topics: new Map(), isComplete: false, told };
        this.#others.set(brokerId, other);
        void this.#follow(brokerId, other);
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
    }
  }

  async #lookAgain(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#router.pause(LOOK_MS, signal).catch(() => {}); // it is over
      if (!signal.aborted) await this.#look();
    }
  }

  /** Takes what another broker tells: an update for each that somebody takes of all together. */
  async #follow(brokerId: number, other: Other): Promise<void> {
    try {
      for await (const update of other.watch) {
        this.#take(brokerId, other, update);
        await this.#taken.promise;
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
    }
    other.told.resolve();
    this.#others.delete(brokerId);
    for (const name of other.topics.keys()) this.#changedTopics.add(name);
  }

  #take(brokerId: number, other: Other, update: WatchUpdate): void {
    other.told.resolve();
    other.broker = update.broker;
    other.isComplete ||= !update.incomplete;
    for (const name of update.removedTopics) other.topics.delete(name);
    for (const topic of update.topics) {
      other.topics.set(topic.name, topic);
      this.#changedTopics.add(topic.name);
    }
    this.#partitions.push(...update.partitions.filter(({ leader }) => leader === brokerId));
    this.#groups.push(...update.groups);
    for (const { groupId } of update.groups) this.#tellers.set(groupId, brokerId);
    for (const groupId of update.removedGroups) this.#removedGroups.push([brokerId, groupId]);
    this.#progress.push(...update.progress);
    // What happens to topics each broker tells.
    this.#events.push(...update.events.filter(({ kind }) => !kind.startsWith("topic-")));
  }

  #merged(update: WatchUpdate): WatchUpdate {
    const own = this.#namedId;
    for (const { groupId } of update.groups) this.#tellers.set(groupId, own);
    const removed = [
      ...update.removedGroups.map((id) => [own, id] as const),
      ...this.#removedGroups,
    ];
    const others = [...this.#others.values()];
    const merged: WatchUpdate = {
      ...update,
      topics: this.#mergedTopics(update),
      partitions: [...update.partitions.filter((row) => this.#isOwn(row)), ...this.#partitions],
      // A group that another broker coordinates by now isn't gone.
      removedGroups: removed
        .filter(([id, group]) => this.#tellers.get(group) === id)
        .map(([, id]) => id),
      groups: [...update.groups, ...this.#groups],
      progress: [...update.progress, ...this.#progress],
      events: [...update.events, ...this.#events].sort((a, b) => a.atMs - b.atMs),
      others: others.map(({ broker }) => broker).filter((broker) => broker !== null),
      incomplete: update.incomplete || others.some(({ isComplete }) => !isComplete),
    };
    for (const groupId of merged.removedGroups) this.#tellers.delete(groupId);
    this.#partitions = [];
    this.#groups = [];
    this.#removedGroups = [];
    this.#progress = [];
    this.#events = [];
    return merged;
  }

  /** Whether the named broker tells a partition: its own, and those whose leader can't be asked. */
  #isOwn({ leader }: PartitionActivity): boolean {
    return !this.#others.has(leader);
  }

  #mergedTopics({ removedTopics, topics }: WatchUpdate): TopicActivity[] {
    for (const name of removedTopics) this.#topics.delete(name);
    for (const topic of topics) this.#topics.set(topic.name, topic);
    const changed = new Set([...topics.map(({ name }) => name), ...this.#changedTopics]);
    this.#changedTopics = new Set();
    return [...changed].flatMap((name) => {
      const topic = this.#topics.get(name);
      return topic ? [this.#mergedTopic(topic)] : [];
    });
  }

  /** A topic with what each broker has of it. */
  #mergedTopic(topic: TopicActivity): TopicActivity {
    let { offsetCount, sizeBytes, rates } = topic;
    for (const { topics } of this.#others.values()) {
      const other = topics.get(topic.name);
      if (other?.id !== topic.id) continue;
      offsetCount += other.offsetCount;
      sizeBytes += other.sizeBytes;
      rates = sumOf(rates, other.rates);
    }
    return { ...topic, offsetCount, sizeBytes, rates };
  }
}

function sumOf(one: Rates | null, other: Rates | null): Rates | null {
  if (!one || !other) return one ?? other;
  return {
    recordsInPerSecond: one.recordsInPerSecond + other.recordsInPerSecond,
    bytesInPerSecond: one.bytesInPerSecond + other.bytesInPerSecond,
    bytesOutPerSecond: one.bytesOutPerSecond + other.bytesOutPerSecond,
  };
}
