import type { EtcdEvent } from "../../platform/etcd.ts";
import type { TopicMetadata } from "../metadata-store.ts";
import type { PartitionPlace } from "../partition-names.ts";
import { type ClusterKeys, readChange, UnreadableError } from "./cluster-keys.ts";
import type { ClusterChange, LiveBroker, PartitionState, Versioned } from "./cluster-state.ts";

/** A partition, and how it is. */
export interface KnownPartition extends PartitionPlace {
  readonly state: Versioned<PartitionState>;
}

/** What has become different. */
export interface ImageChanges {
  /** Whether topics came, changed or went. */
  readonly topics: boolean;
  /** Whether brokers came or went, or are to be used otherwise. */
  readonly live: boolean;
  readonly controller: boolean;
  readonly partitions: readonly PartitionPlace[];
}

/** What a broker knows of its cluster: all keys as of one revision. */
export class ClusterImage {
  readonly topics = new Map<string, TopicMetadata>();
  readonly topicsById = new Map<string, TopicMetadata>();
  readonly live = new Map<number, LiveBroker>();
  readonly disks = new Map<number, string>();
  /** Brokers that are to have no copies, and lead nothing where others can. */
  readonly drained = new Set<number>();
  /** How fast each broker may send to copies that are new; infinite where nobody has said. */
  copyingBytesPerSecond = Number.POSITIVE_INFINITY;
  clusterId = "";
  formatVersion = 0;
  /** -1: none has been elected. */
  controllerId = -1;
  controllerSession = "";
  nextProducerId = 0;
  revision = 0;
  /** Keys of which nothing can be made, and why: what they said before holds. */
  readonly unreadable = new Map<string, string>();
  readonly #keys: ClusterKeys;
  readonly #revisions = new Map<string, number>();
  readonly #partitions = new Map<string, (Versioned<PartitionState> | undefined)[]>();

  constructor(keys: ClusterKeys) {
    this.#keys = keys;
  }

  /** When a key was put last; 0: it isn't there. */
  revisionOf(key: string): number {
    return this.#revisions.get(key) ?? 0;
  }

  /** Every key that is there. */
  knownKeys(): Iterable<string> {
    return this.#revisions.keys();
  }

  partition(topicId: string, index: number): Versioned<PartitionState> | undefined {
    return this.#partitions.get(topicId)?.[index];
  }

  /** Every partition, also of topics that aren't there yet, or any more. */
  *partitions(): Generator<KnownPartition> {
    for (const [topicId, states] of this.#partitions) {
      for (const [index, state] of states.entries()) if (state) yield { topicId, index, state };
    }
  }

  /** Takes over what etcd tells, up to `revision`. */
  apply(revision: number, events: readonly EtcdEvent[]): ImageChanges {
    const partitions: PartitionPlace[] = [];
    const kinds = new Set<ClusterChange["kind"]>();
    for (const { key, entry } of events) {
      if (entry) this.#revisions.set(key, entry.revision);
      else this.#revisions.delete(key);
      const change = this.#read(key, entry);
      if (!change) continue;
      kinds.add(change.kind);
      this.#take(change, entry?.revision ?? revision);
      if (change.kind === "partition") partitions.push(change);
    }
    this.revision = Math.max(this.revision, revision);
    const [topics, live, controller] = [
      kinds.has("topic"),
      kinds.has("live") || kinds.has("drained"),
      kinds.has("controller"),
    ];
    return { topics, live, controller, partitions };
  }

  #read(key: string, entry: EtcdEvent["entry"]): ClusterChange | null {
    this.unreadable.delete(key);
    const path = key.slice(this.#keys.prefix.length);
    try {
      return readChange(path, entry?.value ?? null, entry?.leaseId ?? "");
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      if (entry) this.unreadable.set(key, error.message);
      return null;
    }
  }

  #take(change: ClusterChange, revision: number): void {
    switch (change.kind) {
      case "format":
        this.clusterId = change.clusterId;
        this.formatVersion = change.version;
        return;
      case "disk":
        if (change.diskId === null) this.disks.delete(change.brokerId);
        else this.disks.set(change.brokerId, change.diskId);
        return;
      case "live":
        if (change.broker) this.live.set(change.brokerId, change.broker);
        else this.live.delete(change.brokerId);
        return;
      case "controller":
        this.controllerId = change.brokerId;
        this.controllerSession = change.session;
        return;
      case "topic":
        this.#takeTopic(change.name, change.topic);
        return;
      case "partition":
        this.#takePartition(change, change.state && { ...change.state, revision });
        return;
      case "drained":
        if (change.isDrained) this.drained.add(change.brokerId);
        else this.drained.delete(change.brokerId);
        return;
      case "copying":
        this.copyingBytesPerSecond = change.bytesPerSecond;
        return;
      case "producer-ids":
        this.nextProducerId = change.next;
        return;
    }
  }

  #takeTopic(name: string, topic: TopicMetadata | null): void {
    const before = this.topics.get(name);
    if (before) this.topicsById.delete(before.id);
    this.topics.delete(name);
    if (!topic) return;
    this.topics.set(name, topic);
    this.topicsById.set(topic.id, topic);
  }

  #takePartition(
    { topicId, index }: PartitionPlace,
    state: Versioned<PartitionState> | null,
  ): void {
    const states = this.#partitions.get(topicId) ?? [];
    if (state) {
      states[index] = state;
      this.#partitions.set(topicId, states);
      return;
    }
    states[index] = undefined;
    if (states.every((each) => !each)) this.#partitions.delete(topicId);
  }
}
