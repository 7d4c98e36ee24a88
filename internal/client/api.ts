import type {
  BrokerStatus,
  ConfigEntry,
  CreateTopicRequest,
  FoundOffset,
  OffsetPosition,
  Topic,
} from "../broker/api.ts";
import type { OffsetToSet } from "../broker/groups/group-changes.ts";
import type { GroupStatus, GroupSummary } from "../broker/groups/group-status.ts";
import type { ClusterStatus } from "../broker/membership/cluster-status.ts";
import type { Announcement, PromotionReport } from "../broker/membership/pair-admin.ts";
import type { BatchReceipt, BrokerHello } from "../doors/native/protocol/operations.ts";
import type { TopicDescription, TopicSummary } from "../doors/native/protocol/topic-operations.ts";
import type { ClusterCalls } from "./cluster-api.ts";
import type { ClientError } from "./errors.ts";
import type { GroupReader, GroupReadRequest } from "./group-reader-api.ts";
import type { Producer, ProducerOptions } from "./producer-api.ts";
import type { Reader } from "./reader-api.ts";
import type { BatchStream, StreamRequest } from "./stream-api.ts";
import type { Watch, WatchOptions } from "./watch-api.ts";

export type {
  BrokerStatus,
  ConfigEntry,
  FoundOffset,
  OffsetPosition,
  PartitionStatus,
  ProduceReceipt,
  Topic,
} from "../broker/api.ts";
export type { OffsetToSet } from "../broker/groups/group-changes.ts";
export type {
  GroupMemberStatus,
  GroupProgress,
  GroupStatus,
  GroupSummary,
  TimedProgress,
} from "../broker/groups/group-status.ts";
export type { Reassignment } from "../broker/membership/cluster-admin.ts";
export type { BrokerShare, ClusterStatus } from "../broker/membership/cluster-status.ts";
export type { CopyPlacement } from "../broker/membership/copy-placement.ts";
export type { Announcement, PromotionReport } from "../broker/membership/pair-admin.ts";
export type { ReplicationStatus } from "../broker/membership/replication-api.ts";
export type { Rates } from "../broker/observability/traffic.ts";
export type {
  BrokerActivity,
  BrokerEvent,
  BrokerUpdate,
  GroupActivity,
  GroupPartition,
  InView,
  PartitionActivity,
  PartitionHealth,
  TopicActivity,
  Watched,
} from "../broker/observability/watch-api.ts";
export type { RefusedMove } from "../doors/native/protocol/move-operations.ts";
export type { BatchReceipt, BrokerHello } from "../doors/native/protocol/operations.ts";
export type { StreamPosition } from "../doors/native/protocol/positions.ts";
export type { OpenedPartition, StreamPartition } from "../doors/native/protocol/stream-messages.ts";
export type { TopicDescription, TopicSummary } from "../doors/native/protocol/topic-operations.ts";
export type { TracedEvent, Watch, WatchOptions, WatchUpdate } from "./watch-api.ts";

/** A topic that is to be made. */
export type NewTopic = Omit<CreateTopicRequest, "validateOnly">;

/**
 * A connection to a broker, by the native protocol (docs/native-protocol.md).
 *
 * Every call rejects with a `ClientError` when it fails. Calls may overlap and are answered in any
 * order, except that what one connection produces to one partition is appended in the order of the
 * calls. Nothing is tried again behind the caller's back, where there is one broker to ask.
 *
 * In a cluster each call goes to the broker that can answer it, over connections of its own, and
 * to the next one when that has changed, within the call's time. What was perhaps done is not tried
 * again, unless doing it twice is the same as doing it once. `hello`, `status`, `watch`,
 * `brokerConfig` and `alterBrokerConfig` are about the broker that was named.
 */
export interface Client extends ClusterCalls {
  /** What the broker said of itself when the connection began. */
  readonly hello: BrokerHello;
  /**
   * Resolves when the connection to the broker that was named has ended: with why, or with null
   * after `close`.
   */
  readonly closed: Promise<ClientError | null>;

  /**
   * Appends one v2 record batch as it is; for records rather than batches, `openProducer`. In a
   * cluster, one with a producer id is sent again where it isn't known whether it was written; one
   * without may be refused with `not-leader` while the leader changes.
   */
  produce(request: ProduceBatch, options?: CallOptions): Promise<BatchReceipt>;
  /** Puts back one batch that a stream gave, with the offsets, times and codec that it has. */
  restore(request: RestoreBatch, options?: CallOptions): Promise<BatchReceipt>;
  /** Gathers the records of one topic into batches and produces them. */
  openProducer(topic: string, options?: ProducerOptions): Promise<Producer>;

  /** Reads batches as they are in the log; for records, `openReader`. */
  openStream(request: StreamRequest, options?: CallOptions): Promise<BatchStream>;
  /** Reads records. */
  openReader(request: StreamRequest, options?: CallOptions): Promise<Reader>;

  /**
   * Keeps up with what changes in the broker. It begins at once; a broker that can't do it says so
   * when the first update is asked for.
   */
  watch(request: WatchOptions): Watch;

  /** The offset that a position stands for; see `FoundOffset` for where there is none. */
  findOffset(
    topic: string,
    partition: number,
    position: OffsetPosition,
    options?: CallOptions,
  ): Promise<FoundOffset>;
  /** Removes records before `offset` (-1: the high watermark); resolves with the new log start. */
  deleteRecords(
    topic: string,
    partition: number,
    offset: number,
    options?: CallOptions,
  ): Promise<number>;

  /** Every topic, in the order of names. */
  listTopics(options?: CallOptions): Promise<readonly TopicSummary[]>;
  describeTopic(name: string, options?: CallOptions): Promise<TopicDescription>;
  createTopic(topic: NewTopic, options?: CallOptions): Promise<Topic>;
  deleteTopic(name: string, options?: CallOptions): Promise<void>;
  /** Grows a topic to `partitionCount` partitions. */
  createPartitions(name: string, partitionCount: number, options?: CallOptions): Promise<void>;

  topicConfig(name: string, options?: CallOptions): Promise<readonly ConfigEntry[]>;
  brokerConfig(options?: CallOptions): Promise<readonly ConfigEntry[]>;
  /** Sets (`value`) or takes back (`null`) a topic's own settings. */
  alterTopicConfig(
    name: string,
    changes: ReadonlyMap<string, string | null>,
    options?: CallOptions,
  ): Promise<void>;

  /** Sets or takes back settings of the broker that may change while it runs. */
  alterBrokerConfig(
    changes: ReadonlyMap<string, string | null>,
    options?: CallOptions,
  ): Promise<void>;

  /** Reads records in a group, which shares the partitions of topics among its members. */
  openGroupReader(request: GroupReadRequest): GroupReader;

  /** Every group, in the order of ids, with how far it is behind. */
  listGroups(options?: CallOptions): Promise<readonly GroupSummary[]>;
  describeGroup(groupId: string, options?: CallOptions): Promise<GroupStatus>;
  /** Deletes a group without members, and its offsets. */
  deleteGroup(groupId: string, options?: CallOptions): Promise<void>;
  /** Sets, or with -1 forgets, offsets of a group without members; all of them or none. */
  setGroupOffsets(
    groupId: string,
    offsets: readonly OffsetToSet[],
    options?: CallOptions,
  ): Promise<void>;

  /** The brokers that belong together, each with its share of the partitions. */
  describeCluster(options?: CallOptions): Promise<ClusterStatus>;
  status(options?: CallOptions): Promise<BrokerStatus>;
  /**
   * A client of each broker of the cluster that answers, which is asked everything; where there is
   * no cluster, this one. They end with this client, and need not be closed.
   */
  brokers(options?: CallOptions): Promise<readonly Client[]>;

  /** What a promotion of this slave could lose. */
  describePromotion(options?: CallOptions): Promise<PromotionReport>;
  /** Makes this slave the master; resolves with what was known before. */
  promote(options?: CallOptions): Promise<PromotionReport>;
  /** Hands this master's lead over to its slave; resolves with who leads now. */
  switchOver(options?: CallOptions): Promise<Announcement>;

  /**
   * Ends the connection. Calls that have no answer yet fail with `closed`; producers and streams
   * that are to finish their work are to be closed first.
   */
  close(): Promise<void>;
}

/** How to connect. */
export interface ConnectOptions {
  /** For connecting, and for each call that does not say otherwise. */
  readonly timeoutMs: number;
  /** Who is calling, for the broker's log: `weir-cli/0.1.0`. */
  readonly clientName: string;
  /** Gives up on connecting. */
  readonly signal?: AbortSignal;
}

/** How one call waits. */
export interface CallOptions {
  /** Instead of the connection's; `Infinity`: as long as the connection lasts. */
  readonly timeoutMs?: number;
  /** Gives up waiting; what the broker has begun, it still does. Of a stream: stops it. */
  readonly signal?: AbortSignal;
}

/** One v2 record batch for one partition. `batch` may not be changed until the call is settled. */
export interface ProduceBatch {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Uint8Array;
  /** 0: do not wait, 1: the leader has it, -1: every copy in the ISR has it. */
  readonly acks: -1 | 0 | 1;
}

/** One v2 record batch with offsets of its own, behind all that the partition has. */
export type RestoreBatch = Omit<ProduceBatch, "acks">;
