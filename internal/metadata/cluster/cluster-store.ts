import type { Clock } from "../../platform/clock.ts";
import {
  type Etcd,
  type EtcdChange,
  type EtcdCondition,
  EtcdError,
  type EtcdOutcome,
} from "../../platform/etcd.ts";
import type { Log } from "../../platform/log.ts";
import { METADATA_LOG } from "../embedded-store.ts";
import type { MetadataStore, TopicMetadata } from "../metadata-store.ts";
import type { PartitionPlace } from "../partition-names.ts";
import { ClusterImage } from "./cluster-image.ts";
import { type ClusterKeys, clusterKeys, partitionValue, producerIdsValue } from "./cluster-keys.ts";
import type { PartitionState, Versioned } from "./cluster-state.ts";
import { ImageWatch } from "./image-watch.ts";
import { addPartitions, checkCopies, topicChanges } from "./topic-changes.ts";

/** What a cluster's metadata stands on. */
export interface ClusterStorePath {
  readonly clock: Clock;
  readonly etcd: Etcd;
  readonly log: Log;
  /** The cluster's name: one etcd may have several. */
  readonly name: string;
}

/** How a partition is to be, and how it is known. */
export interface PartitionChange extends PartitionPlace {
  readonly state: Versioned<PartitionState>;
  readonly next: PartitionState;
}

/**
 * The metadata of a cluster: it is kept in etcd, and each broker has all of it in memory, as of
 * some revision, by a watch. What is changed is compared first with what this broker knows.
 */
export class ClusterStore implements MetadataStore {
  /** A pair's metadata log may still be there. */
  readonly logName = METADATA_LOG;
  readonly keys: ClusterKeys;
  readonly image: ClusterImage;
  /** Keeps the image up to what etcd has. */
  readonly watch: ImageWatch;
  readonly #path: ClusterStorePath;
  constructor(path: ClusterStorePath) {
    this.#path = path;
    this.keys = clusterKeys(path.name);
    this.image = new ClusterImage(this.keys);
    this.watch = new ImageWatch({ ...path, keys: this.keys, image: this.image });
  }

  get clusterId(): string {
    return this.image.clusterId;
  }

  topics(): Iterable<TopicMetadata> {
    return this.image.topics.values();
  }

  topic(name: string): TopicMetadata | undefined {
    return this.image.topics.get(name);
  }

  topicById(id: string): TopicMetadata | undefined {
    return this.image.topicsById.get(id);
  }

  /** Rejects with `EtcdError`: `refused` if another broker has changed the topic meanwhile. */
  async putTopic(topic: TopicMetadata, copies: number, least: number): Promise<void> {
    const { image, keys } = this;
    const partitions = addPartitions(image, topic, copies);
    checkCopies(image, topic, partitions, least);
    for (const { conditions, changes } of topicChanges(image, keys, topic, partitions)) {
      await this.#decide(conditions, changes);
    }
  }

  async removeTopic(name: string): Promise<void> {
    const { image, keys } = this;
    const topic = image.topics.get(name);
    const key = keys.topic(name);
    const prefix = keys.partitions(topic?.id ?? "");
    await this.#decide(
      [{ key, revision: image.revisionOf(key) }],
      [
        { kind: "delete", key },
        { kind: "delete-all", prefix },
      ],
    );
  }

  async reserveProducerIds(count: number): Promise<number> {
    for (;;) {
      const { nextProducerId: first } = this.image;
      const key = this.keys.producerIds;
      const condition = { key, revision: this.image.revisionOf(key) };
      const value = producerIdsValue(first + count);
      const outcome = await this.commit([condition], [{ kind: "put", key, value }]);
      if (outcome.done) return first;
    }
  }

  /**
   * Changes keys if they are as `conditions` say; resolves when this broker knows what came of it.
   * Rejects with `EtcdError`, `refused` where what is there can't be read: that is lost otherwise.
   */
  async commit(
    conditions: readonly EtcdCondition[],
    changes: readonly EtcdChange[],
  ): Promise<EtcdOutcome> {
    const unread = conditions.find(({ key }) => this.image.unreadable.has(key));
    if (unread) throw new EtcdError("refused", `${this.image.unreadable.get(unread.key)}`);
    const known = this.image.revision;
    const outcome = await this.#path.etcd.commit(conditions, changes);
    this.watch.checkRevision(outcome.revision, known);
    const newest = outcome.done
      ? outcome.revision
      : Math.max(0, ...outcome.found.map(({ revision }) => revision));
    await this.watch.told(newest);
    return outcome;
  }

  /** Changes partitions that are as they are known here, if `besides` holds, too; as `commit`. */
  commitPartitions(
    changes: readonly PartitionChange[],
    besides: readonly EtcdCondition[] = [],
  ): Promise<EtcdOutcome> {
    const keyOf = ({ topicId, index }: PartitionPlace) => this.keys.partition(topicId, index);
    return this.commit(
      [...besides, ...changes.map((one) => ({ key: keyOf(one), revision: one.state.revision }))],
      changes.map((one) => ({ kind: "put", key: keyOf(one), value: partitionValue(one.next) })),
    );
  }

  async #decide(
    conditions: readonly EtcdCondition[],
    changes: readonly EtcdChange[],
  ): Promise<void> {
    const { done } = await this.commit(conditions, changes);
    if (!done) throw new EtcdError("refused", "another broker has changed it at the same time");
  }
}
