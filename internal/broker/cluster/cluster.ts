import { OFFSETS_TOPIC, partitionOf } from "../../coordination/offsets-topic.ts";
import { EtcdError } from "../../platform/etcd.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { FollowerHello, LeaderOutlet } from "../../replication/messages.ts";
import type { EpochEnd } from "../../storage/epoch-history.ts";
import { BrokerError } from "../errors.ts";
import type { ClusterAdmin } from "../membership/cluster-admin.ts";
import { endOfEpoch, UNKNOWN_END } from "../membership/epochs.ts";
import type { Membership, SharedPartitions } from "../membership/membership.ts";
import { nearCopyOf } from "../membership/near-copy.ts";
import type {
  BrokerNode,
  KnownBroker,
  OpenedSession,
  ReplicationStatus,
  Role,
} from "../membership/replication-api.ts";
import { leadingStatus } from "../membership/replication-status.ts";
import { PRODUCER_ID_BLOCK } from "../producer-ids.ts";
import type { Partition } from "../topics/partition.ts";
import { clusterAdmin } from "./admin.ts";
import { brokersThere } from "./brokers-there.ts";
import { clusterLeader } from "./cluster-leader.ts";
import { clusterPartitions, knownLeader } from "./cluster-partitions.ts";
import type { ClusterPath } from "./cluster-path.ts";
import { Controller } from "./controller.ts";
import { Departed } from "./departed.ts";
import { FollowerLives } from "./follower-lives.ts";
import { Followings } from "./followings.ts";
import { ImageFollower } from "./image-follower.ts";
import { Isolation } from "./isolation.ts";
import { PartitionRoles } from "./partition-roles.ts";
import { Registration } from "./registration.ts";

/** A broker that is about to stop waits so long at the most until others lead. */
const HAND_OVER_MS = 10_000;
const LOOK_MS = 20;

/** What a cluster has to be told by, besides what it stands on. */
export interface ClusterListener {
  /** A partition is led from now on, or isn't any more. */
  readonly ledChanged: (partition: Partition, leads: boolean) => void;
}

/**
 * A broker's part in a cluster: it leads and follows partitions as etcd says, as long as its lease
 * there holds, and may be the one who chooses leaders.
 */
export class Cluster implements Membership {
  readonly role: Role = "member";
  readonly inCluster = true;
  readonly refusal = null;
  readonly pairAdmin = null;
  readonly leader: ReplicationLeader;
  readonly partitions: SharedPartitions;
  readonly clusterAdmin: ClusterAdmin;
  readonly #path: ClusterPath;
  readonly #registration: Registration;
  readonly #followings: Followings;
  readonly #roles: PartitionRoles;
  readonly #controller: Controller;
  readonly #isolation: Isolation;
  readonly #departed: Departed;
  readonly #imageFollower: ImageFollower;

  constructor(path: ClusterPath, listener: ClusterListener) {
    this.#path = path;
    const { clock, events, metadata, topics, brokerId, brokerConfig } = path;
    this.#registration = new Registration(path, () => this.#imageFollower.sessionChanged());
    const session = () => this.#registration.session;
    const isOutdated = () => !this.#registration.isHeld;
    this.leader = clusterLeader(path, isOutdated, (led) => this.#roles.wanted(led));
    this.partitions = clusterPartitions(path, this);
    this.#followings = new Followings(path);
    this.#roles = new PartitionRoles({
      cluster: path,
      leader: this.leader,
      followings: this.#followings,
      session,
      isOutdated,
      ledChanged: listener.ledChanged,
    });
    this.#departed = new Departed(clock);
    this.#isolation = new Isolation({
      cluster: path,
      leader: this.leader,
      followings: this.#followings,
      registration: this.#registration,
    });
    this.#controller = new Controller({ clock, events, metadata, brokerId, brokerConfig, session });
    this.#imageFollower = new ImageFollower({
      cluster: path,
      leader: this.leader,
      departed: this.#departed,
      lives: new FollowerLives(brokerId, this.leader),
      followings: this.#followings,
      isolation: this.#isolation,
      roles: this.#roles,
      registration: this.#registration,
      controller: this.#controller,
    });
    this.clusterAdmin = clusterAdmin(metadata, this.#controller);
    path.store.opened = (log) => this.#roles.opened(log);
    for (const partition of topics.partitions()) this.#roles.opened(partition.log);
  }

  get controllerId(): number {
    return this.#path.metadata.image.controllerId;
  }

  get knowsLeaders(): boolean {
    return !this.#isolation.knowsLess;
  }

  /** Keeps up with what etcd says, and follows. */
  start(): void {
    this.#imageFollower.start();
  }

  /** Resolves when this broker is there for the others. */
  serve(): Promise<void> {
    return this.#registration.serve();
  }

  /** All brokers that are there, this one first. */
  brokers(): readonly KnownBroker[] {
    return brokersThere(this.#path);
  }

  toldBrokers(): readonly BrokerNode[] {
    return [...this.brokers(), ...this.#departed.nodes()];
  }

  status(): ReplicationStatus {
    const { clock } = this.#path;
    const { role, controllerId: leaderId, leader } = this;
    const { isFenced: fenced } = leader;
    const details = leadingStatus(clock, leader);
    return { role, leaderId, leaderEpoch: 0, fenced, mode: "sync", ...details };
  }

  async open(
    hello: FollowerHello,
    outlet: LeaderOutlet,
    creditBytes: number,
  ): Promise<OpenedSession> {
    const { brokerId, metadata } = this.#path;
    const { clusterId } = metadata;
    if (hello.clusterId !== clusterId || hello.brokerId === brokerId) {
      const who = `broker ${hello.brokerId} of cluster ${hello.clusterId}`;
      throw new BrokerError("invalid-request", `${who} can't follow this one, of ${clusterId}`);
    }
    this.leader.putFollower(hello.brokerId, "sync", "new");
    const session = this.leader.open(hello.brokerId, outlet, creditBytes);
    return { hello: { leaderId: brokerId, clusterId, epoch: 0 }, session };
  }

  nearCopy(topic: string, partition: number, rack: string, offset: number): number | null {
    const log = this.#path.topics.partition(topic, partition)?.log;
    return log ? nearCopyOf(this.brokers(), this.leader, log, rack, offset) : null;
  }

  async reserveProducerIds(): Promise<number> {
    try {
      return await this.#path.metadata.reserveProducerIds(PRODUCER_ID_BLOCK);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      const message = "producer ids come from etcd, which can't be reached";
      throw new BrokerError("no-producer-ids", message, { cause: error });
    }
  }

  obtainProducerIds(): Promise<number> {
    return this.reserveProducerIds();
  }

  coordinatorOf(groupId: string): number {
    const { image } = this.#path.metadata;
    const topic = image.topics.get(OFFSETS_TOPIC);
    if (!topic) return -1;
    const state = image.partition(topic.id, partitionOf(groupId, topic.partitionCount));
    return knownLeader(this.#path, this.leader, state);
  }

  endOfEpoch(topic: string, index: number, epoch: number): EpochEnd {
    const partition = this.#path.topics.partition(topic, index);
    return partition ? endOfEpoch(partition.log, epoch, partition.leaderEpoch) : UNKNOWN_END;
  }

  /** A topic is no more: nothing of it is led, or followed. */
  topicRemoved(partitions: Iterable<Partition>): void {
    for (const { log } of partitions) this.#roles.forget(log);
  }

  async handOver(): Promise<void> {
    const { clock } = this.#path;
    const endMs = clock.monotonicMs() + HAND_OVER_MS;
    this.#registration.announceStop();
    while (this.#roles.canHandOver && this.#registration.isHeld && clock.monotonicMs() < endMs) {
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
  }

  async close(): Promise<void> {
    this.#imageFollower.close();
    this.#isolation.close();
    this.#controller.close();
    this.#roles.close();
    this.leader.stop("the broker is shutting down");
    await this.#followings.close();
    await this.#registration.end();
    this.#path.metadata.watch.close();
  }
}
