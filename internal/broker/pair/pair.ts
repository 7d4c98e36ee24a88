import type { ReplicationLeader } from "../../replication/leader.ts";
import type { FollowerHello, LeaderOutlet } from "../../replication/messages.ts";
import type { EpochEnd } from "../../storage/epoch-history.ts";
import type { BrokerError } from "../errors.ts";
import { endOfEpoch, firstProducerId, UNKNOWN_END } from "../membership/epochs.ts";
import type { Following } from "../membership/following.ts";
import type { Membership, SharedPartitions } from "../membership/membership.ts";
import { nearCopyOf } from "../membership/near-copy.ts";
import type { PairAdmin } from "../membership/pair-admin.ts";
import type {
  KnownBroker,
  OpenedSession,
  ReplicationStatus,
  Role,
} from "../membership/replication-api.ts";
import { replicationStatus } from "../membership/replication-status.ts";
import { PRODUCER_ID_BLOCK } from "../producer-ids.ts";
import { notLeader } from "../refusals.ts";
import { inBrokersWords } from "../storage-errors.ts";
import { admitFollower, helloOf } from "./admit-follower.ts";
import { pairPartitions } from "./pair-partitions.ts";
import type { PairPath } from "./pair-path.ts";
import { PairRole } from "./pair-role.ts";
import { brokersOf, producerIdsFrom } from "./peers.ts";

/** A broker's part in a pair, or that of one that is alone: what follows from its role. */
export class Pair implements Membership {
  readonly inCluster = false;
  readonly clusterAdmin = null;
  readonly knowsLeaders = true;
  readonly partitions: SharedPartitions;
  readonly #path: PairPath;
  readonly #role: PairRole;

  constructor(path: PairPath) {
    this.#path = path;
    this.#role = new PairRole(path);
    this.partitions = pairPartitions(path, this.#role);
  }

  get role(): Role {
    return this.#role.name;
  }

  get controllerId(): number {
    return this.#role.leaderId;
  }

  /** The highest leadership that is known. */
  get leaderEpoch(): number {
    return this.#role.leaderEpoch;
  }

  get leader(): ReplicationLeader | null {
    return this.#role.leader;
  }

  /** What it copies; null on a master. */
  get following(): Following | null {
    return this.#role.following;
  }

  get refusal(): BrokerError | null {
    return this.#role.refusal;
  }

  get pairAdmin(): PairAdmin {
    return this.#role;
  }

  /** Takes up its role. */
  start(): Promise<void> {
    return this.#role.start();
  }

  async serve(): Promise<void> {
    this.#role.serve();
  }

  coordinatorOf = (): number => this.controllerId;

  brokers = (): readonly KnownBroker[] => brokersOf(this.#path);

  toldBrokers = this.brokers;

  status(): ReplicationStatus {
    return replicationStatus(this.#path, this.#role);
  }

  async open(
    hello: FollowerHello,
    outlet: LeaderOutlet,
    creditBytes: number,
  ): Promise<OpenedSession> {
    const leader = await inBrokersWords(admitFollower(this.#path, this.#role, hello));
    const session = leader.open(hello.brokerId, outlet, creditBytes);
    const message = `broker ${hello.brokerId} follows (${hello.mode})`;
    this.#path.events.add("info", "follower-connected", { subject: "", message });
    return { hello: helloOf(this.#path, this.#role), session };
  }

  nearCopy(topic: string, partition: number, rack: string, offset: number): number | null {
    const log = this.#path.topics.partition(topic, partition)?.log;
    return log ? nearCopyOf(this.brokers(), this.leader, log, rack, offset) : null;
  }

  async reserveProducerIds(): Promise<number> {
    if (!this.leader) throw notLeader(this.controllerId, this.role);
    const from = firstProducerId(this.leaderEpoch);
    return inBrokersWords(this.#path.metadata.reserveProducerIds(PRODUCER_ID_BLOCK, from));
  }

  obtainProducerIds(): Promise<number> {
    if (this.leader) return this.reserveProducerIds();
    return producerIdsFrom(this.#path, () => this.#role.leaderAddress());
  }

  endOfEpoch(topic: string, partition: number, epoch: number): EpochEnd {
    const log = this.#path.topics.partition(topic, partition)?.log;
    return log ? endOfEpoch(log, epoch, this.leaderEpoch) : UNKNOWN_END;
  }

  /** Who is to lead instead, people say. */
  async handOver(): Promise<void> {}

  close(): Promise<void> {
    return this.#role.close();
  }
}
