import type { ImageChanges } from "../../metadata/cluster/cluster-image.ts";
import type { PartitionPlace } from "../../metadata/partition-names.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import { BrokerNews } from "./broker-news.ts";
import type { ClusterPath } from "./cluster-path.ts";
import type { Controller } from "./controller.ts";
import type { Departed } from "./departed.ts";
import { EtcdMemory } from "./etcd-memory.ts";
import type { FollowerLives } from "./follower-lives.ts";
import type { Followings } from "./followings.ts";
import type { Isolation } from "./isolation.ts";
import { NotTaken } from "./not-taken.ts";
import type { PartitionRoles } from "./partition-roles.ts";
import type { Registration } from "./registration.ts";
import { RepeatedWork } from "./repeated-work.ts";

/** How long after a failure of its disk a broker tries again to do what etcd says. */
const RETRY_MS = 1000;

/** Those that go by the cluster's image. */
export interface ImageFollowerPath {
  readonly cluster: ClusterPath;
  readonly leader: ReplicationLeader;
  readonly departed: Departed;
  readonly lives: FollowerLives;
  readonly followings: Followings;
  readonly isolation: Isolation;
  readonly roles: PartitionRoles;
  readonly registration: Registration;
  readonly controller: Controller;
}

/** Brings a broker up to what the cluster's image says, whenever that has changed. */
export class ImageFollower {
  readonly #path: ImageFollowerPath;
  readonly #news: BrokerNews;
  readonly #notTaken: NotTaken;
  readonly #etcdMemory: EtcdMemory;
  /** Brings topics and roles up to what the image says. */
  readonly #sync: RepeatedWork;
  /** Partitions that have to be looked at. */
  #changed: PartitionPlace[] = [];
  #topicsChanged = false;

  constructor(path: ImageFollowerPath) {
    this.#path = path;
    const { clock, events, metadata, saveRevision } = path.cluster;
    this.#news = new BrokerNews(events);
    this.#notTaken = new NotTaken(events);
    this.#etcdMemory = new EtcdMemory(clock, metadata.image.revision, saveRevision);
    this.#sync = new RepeatedWork({
      clock,
      retryMs: RETRY_MS,
      work: () => this.#takeChanges(),
      failed: (error) => this.#notTaken.failed(error),
    });
  }

  /** Keeps up with what etcd says. */
  start(): void {
    const { metadata } = this.#path.cluster;
    metadata.watch.onChange = (changes) => this.#imageChanged(changes);
    metadata.watch.begin();
    this.#imageChanged({ topics: true, live: true, controller: true, partitions: [] });
  }

  /** The lease holds, doesn't, or is another: what was led with the one before isn't any more. */
  sessionChanged(): void {
    this.#path.roles.sessionChanged();
    this.#changed = [...this.#path.cluster.metadata.image.partitions()];
    this.#sync.ask();
    this.#path.controller.review();
  }

  close(): void {
    this.#sync.close();
    this.#etcdMemory.close();
  }

  #imageChanged(changes: ImageChanges): void {
    const { image } = this.#path.cluster.metadata;
    this.#notTaken.unreadable(image.unreadable);
    if (changes.topics) {
      this.#topicsChanged = true;
      this.#changed = [...image.partitions()];
    } else if (changes.partitions.length > 0) this.#changed.push(...changes.partitions);
    if (changes.live) this.#brokersChanged();
    if (changes.topics || changes.partitions.length > 0) this.#etcdMemory.note(image.revision);
    this.#path.leader.pace.limit(image.copyingBytesPerSecond);
    this.#sync.ask();
    this.#path.controller.review();
  }

  #brokersChanged(): void {
    const { live } = this.#path.cluster.metadata.image;
    const { departed, lives, followings, isolation, roles, registration } = this.#path;
    this.#news.look(live);
    departed.look(live);
    lives.look(live);
    followings.brokersChanged();
    isolation.brokersChanged();
    roles.brokersChanged();
    registration.brokersChanged();
  }

  async #takeChanges(): Promise<void> {
    const [topicsChanged, changed] = [this.#topicsChanged, this.#changed];
    this.#topicsChanged = false;
    this.#changed = [];
    try {
      if (topicsChanged) await this.#path.cluster.topics.reconcile();
      await this.#path.roles.take(changed);
      this.#notTaken.done();
    } catch (error) {
      this.#topicsChanged ||= topicsChanged;
      this.#changed = [...changed, ...this.#changed];
      throw error;
    }
  }
}
