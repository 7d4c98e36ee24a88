import type {
  FollowerHello,
  LeaderHello,
  LeaderOutlet,
  LeaderSession,
} from "../../replication/messages.ts";
import type { EpochEnd } from "../../storage/epoch-history.ts";
import type { CatchUpStatus } from "./catch-up.ts";
import type { ClusterAdmin } from "./cluster-admin.ts";
import type { PairAdmin } from "./pair-admin.ts";

/**
 * A master leads every partition of a pair, a slave follows it; a member of a cluster does either,
 * partition by partition.
 */
export type Role = "master" | "slave" | "member";

/** A broker of the cluster, and where clients reach it. */
export interface BrokerNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  /** Where it stands; null if nobody has said so. */
  readonly rack: string | null;
}

/** A broker as its cluster knows it. */
export interface KnownBroker extends BrokerNode {
  /** It is about to stop: others take over what it leads. */
  readonly isStopping: boolean;
  /** It is to have no copies, and leads only where nobody else can. */
  readonly isDrained: boolean;
}

/** A broker that follows this one. */
export interface FollowerStatus {
  readonly brokerId: number;
  readonly mode: "sync" | "async";
  readonly connected: boolean;
  /** Whether it is in the ISR of every partition that it is to be in. */
  readonly inSync: boolean;
  /** How long it hasn't been heard; null: never since the start. */
  readonly silentMs: number | null;
  /** Over all partitions: what this broker has made durable, and the follower hasn't. */
  readonly lagRecords: number;
}

/** A time in which acks left while a synchronous copy wasn't in sync. */
export interface DegradedStatus {
  readonly startMs: number;
  /** null while it lasts. */
  readonly endMs: number | null;
  readonly recordsAckedAlone: number;
}

/** How a broker stands with the others. */
export interface ReplicationStatus {
  readonly role: Role;
  /** The master, and the number of its leadership; of a member: the controller, and 0. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  /** Whether it takes no records for now, as another broker may lead what it leads. */
  readonly fenced: boolean;
  /** Whether acks wait for this broker's copies while it follows. */
  readonly mode: "sync" | "async";
  /** Of a slave: whether it hears its master, and how long it hasn't; null: never. */
  readonly connected: boolean;
  readonly leaderSilentMs: number | null;
  /** Of a slave: whether its master said last that it is in the ISR of all it is to be in. */
  readonly inSync: boolean;
  /** Of a slave that its master has still records for. */
  readonly catchUp: CatchUpStatus | null;
  readonly followers: readonly FollowerStatus[];
  readonly degraded: readonly DegradedStatus[];
}

/** A broker's part in a pair, or in a cluster. */
export interface Replication {
  readonly role: Role;
  /** Whether it is a member of a cluster, in which each partition has a leader of its own. */
  readonly inCluster: boolean;
  /** Who decides: the controller of a cluster, the master of a pair; -1 while that isn't known. */
  readonly controllerId: number;
  /** What may be asked of a pair, or of a broker that is alone; null: this one is of a cluster. */
  readonly pairAdmin: PairAdmin | null;
  /** What may be asked of a cluster; null: this broker isn't of one. */
  readonly clusterAdmin: ClusterAdmin | null;
  /**
   * Whether clients may be told here who leads; false: this broker can't know it, and others may.
   */
  readonly knowsLeaders: boolean;
  /** All brokers, this one first: of a pair both, of a cluster those that are there. */
  brokers(): readonly KnownBroker[];
  /** Those that clients are told of: some that went a moment ago, too. */
  toldBrokers(): readonly BrokerNode[];
  status(): ReplicationStatus;
  /** Begins a follower's session. Rejects with `BrokerError` `not-leader` or `invalid-request`. */
  open(hello: FollowerHello, outlet: LeaderOutlet, creditBytes: number): Promise<OpenedSession>;
  /**
   * A slave in this rack that consumers may read a partition from, because it has everything
   * before `offset` (KIP-392); null: there is none, or none is nearer than this broker.
   */
  nearCopy(topic: string, partition: number, rack: string, offset: number): number | null;
  /** A block of ids that no other producer gets, from the master; resolves with the first. */
  reserveProducerIds(): Promise<number>;
  /** The broker that coordinates a group; -1 while that isn't known. */
  coordinatorOf(groupId: string): number;
  /** Where a leader epoch ends in a partition (KIP-101); -1 and -1 if nothing is known of it. */
  endOfEpoch(topic: string, partition: number, epoch: number): EpochEnd;
}

/** A follower's session that has begun. */
export interface OpenedSession {
  readonly hello: LeaderHello;
  readonly session: LeaderSession;
}
