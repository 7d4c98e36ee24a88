import type { GroupCoordinator } from "../coordination/api.ts";
import type { ScrubStatus } from "../storage/scrub/scrubber.ts";
import type { BrokerError } from "./errors.ts";
import type { LagTimes } from "./groups/lag-times.ts";
import type { Replication, ReplicationStatus } from "./membership/replication-api.ts";
import type { RefusalCount, RefusalCounts } from "./observability/refusal-counts.ts";
import type { Watched, Watcher } from "./observability/watch-api.ts";
import type { Durability, OnProduced, ProduceReceipt, ProduceRequest } from "./produce-api.ts";
import type { BrokerSettings } from "./settings/broker-settings.ts";
import type { CountedTopic } from "./topics/topic-summary.ts";

export type { Durability, OnProduced, ProduceReceipt, ProduceRequest } from "./produce-api.ts";

/**
 * What every door calls: the broker's operations in its own words, without any protocol's.
 *
 * Operations on several items give a result or a `BrokerError` for each, so that one bad item
 * does not take the others with it. Everything else that fails rejects with a `BrokerError`.
 */
export interface Broker {
  readonly identity: BrokerIdentity;
  /** How it is set, as values to work with; some change while it runs. */
  readonly settings: BrokerSettings;
  /** How it stands with other brokers, of a pair or of a cluster. */
  readonly replication: Replication;
  /** Consumer groups and their offsets. */
  readonly groups: GroupCoordinator;
  /** How far groups are behind, as time. */
  readonly lagTimes: Pick<LagTimes, "of" | "ofGroup">;
  /** What wasn't done for clients, or not at once; doors count what they turn away. */
  readonly refusals: RefusalCounts;

  /** Appends one record batch to one partition; see `ProduceReceipt` for when it resolves. */
  produce(request: ProduceRequest): Promise<ProduceReceipt>;
  /** The same without a promise, for who produces often; `done` may be called before it returns. */
  submit(request: ProduceRequest, done: OnProduced): void;
  /**
   * Puts back a batch that was copied from a log: its offsets, which have to be behind all that
   * the partition has, its times and its compression stay. Its producer isn't known here.
   */
  restore(request: ProduceRequest): Promise<ProduceReceipt>;
  /** A reader of some partitions, to be polled; close it when its client is gone. */
  openFetcher(): Fetcher;
  /** Keeps up with what changes, for screens; close it when nobody looks any more. */
  openWatcher(watched: Watched): Watcher;
  /** The offset that a position in time stands for. */
  findOffset(topic: string, partition: number, position: OffsetPosition): Promise<FoundOffset>;
  /** Removes records before `offset` (-1: the high watermark); resolves with the new log start. */
  deleteRecords(topic: string, partition: number, offset: number): Promise<number>;
  /** A producer id and epoch never given before; with an id and epoch, that id's next epoch. */
  allocateProducerId(current: ProducerIdentity | null): Promise<ProducerIdentity>;

  /** Every topic, in the order of names. */
  topics(): Topic[];
  /** Every topic with how it is, and what has gone through it. */
  topicActivities(): Iterable<CountedTopic>;
  /** One topic by name, or by its id. */
  topic(name: string): Topic | undefined;
  topicById(id: string): Topic | undefined;
  /** Makes a topic; it is there, and durable, when this resolves. */
  createTopic(request: CreateTopicRequest): Promise<Topic>;
  deleteTopic(name: string): Promise<void>;
  /** Grows a topic to `partitionCount` partitions. */
  createPartitions(name: string, partitionCount: number, validateOnly: boolean): Promise<void>;
  /** Sets (`value`) or takes back (`null`) a topic's own settings. */
  alterTopicConfig(name: string, changes: ConfigChanges, validateOnly: boolean): Promise<void>;
  /** A topic's settings with their values, sources and documentation. */
  topicConfig(name: string): TracedConfigEntry[];
  /** This broker's settings with their values, sources and documentation. */
  brokerConfig(): TracedConfigEntry[];
  /** Sets (`value`) or takes back (`null`) settings of this broker, where they may change now. */
  alterBrokerConfig(changes: ConfigChanges, validateOnly: boolean): Promise<void>;

  /** The idempotent producers that a partition knows. Throws `BrokerError` if there is none. */
  producers(topic: string, partition: number): PartitionProducer[];
  /** The state of one partition. */
  partition(topic: string, partition: number): PartitionStatus | undefined;
  /** The state of the broker as a whole. */
  status(): BrokerStatus;
}

/** Settings to be set to a value, or, where that is null, to be taken back. */
export type ConfigChanges = ReadonlyMap<string, string | null>;

/** Who this broker is. */
export interface BrokerIdentity {
  /** From 1 up: some clients take 0 for none. */
  readonly brokerId: number;
  readonly clusterId: string;
  readonly version: string;
  /** The address that clients are told to connect to. */
  readonly advertised: { readonly host: string; readonly port: number };
  /** Where it stands, for clients that care; null if nobody has said so. */
  readonly rack: string | null;
}

/**
 * Reads partitions that stay the same from poll to poll, as a consumer, a fetch session and a
 * stream do: a poll costs what is new, not what is watched.
 */
export interface Fetcher {
  /** Watches a partition from `position` on, or moves it there; an unknown one is told by polls. */
  watch(position: FetchPosition): void;
  unwatch(topic: string, partition: number): void;
  /**
   * What is new, once at least `minBytes` are there or `maxWaitMs` have passed or a partition has
   * an error to tell. A partition's position stays where it is until `watch` moves it.
   *
   * The first partition with records gives at least one whole batch, whatever the limits say.
   * One poll at a time.
   */
  poll(limits: FetchLimits): Promise<FetchedPartition[]>;
  close(): void;
}

/** From where to read a partition, and how much of it at the most in one poll. */
export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly maxBytes: number;
  /** The leader epoch that the client knows, -1 for none: a stale one is refused. */
  readonly currentLeaderEpoch: number;
}

/** The bounds of one poll. */
export interface FetchLimits {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  /** Whether partitions that have nothing new are in the answer, too (a client's first poll). */
  readonly includeUnchanged: boolean;
}

/** What a poll found in one partition. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Why there is nothing, if there is a reason. */
  readonly error: BrokerError | null;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly leaderEpoch: number;
  /**
   * Whole record batches, one behind the other, in one or more pieces; the first may begin before
   * the offset asked for. Not to be changed.
   */
  readonly records: readonly Uint8Array[];
  readonly sizeBytes: number;
}

/** A place in a partition that isn't given as an offset. */
export type OffsetPosition =
  | { readonly kind: "earliest" }
  | { readonly kind: "latest" }
  /** The record with the greatest timestamp. */
  | { readonly kind: "max-timestamp" }
  /** The first record whose timestamp is `timestampMs` or later. */
  | { readonly kind: "at-time"; readonly timestampMs: number };

/** An offset and its record's timestamp; -1 and -1 where there is no such record. */
export interface FoundOffset {
  readonly offset: number;
  readonly timestampMs: number;
  readonly leaderEpoch: number;
}

/** An idempotent producer: its id and the epoch of its present life. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What a partition remembers of an idempotent producer. */
export interface PartitionProducer extends ProducerIdentity {
  readonly lastSequence: number;
  /** The greatest time of the records in its last batch. */
  readonly lastTimestampMs: number;
}

/** A topic as all brokers know it. */
export interface Topic {
  readonly name: string;
  /** A UUID as 22 characters of base64url, never used again for another topic. */
  readonly id: string;
  readonly partitionCount: number;
  readonly internal: boolean;
  /** The settings that were given to this topic itself. */
  readonly config: ReadonlyMap<string, string>;
}

/** A topic to be made. */
export interface CreateTopicRequest {
  readonly name: string;
  /** null: the broker's default. */
  readonly partitionCount: number | null;
  /** null: the broker's default. */
  readonly replicationFactor: number | null;
  readonly config: ReadonlyMap<string, string>;
  /** Checks everything and makes nothing. */
  readonly validateOnly: boolean;
}

/** One setting, as people ask for it. */
export interface ConfigEntry {
  readonly name: string;
  /** As text, in Kafka's spelling; null for none. */
  readonly value: string | null;
  readonly source: "topic" | "broker" | "default";
  readonly type: "boolean" | "int" | "long" | "double" | "string" | "list";
  readonly readOnly: boolean;
  readonly documentation: string;
}

/** A setting with every value that it could have, the one that holds first. */
export interface TracedConfigEntry extends ConfigEntry {
  readonly synonyms: readonly ConfigSynonym[];
}

/** A value under the name that its source has for the setting. */
export type ConfigSynonym = Pick<ConfigEntry, "name" | "value" | "source">;

/** A follower's copy of a partition. */
export interface CopyStatus {
  readonly broker: number;
  readonly inSync: boolean;
  /** Behind what it has made durable; null while that isn't known. */
  readonly endOffset: number | null;
  /** What the leader has made durable and it hasn't; null where that isn't known here. */
  readonly lagRecords: number;
  readonly lagBytes: number | null;
  /** How long ago it had everything. */
  readonly lagMs: number | null;
  /** How long it hasn't been in sync; null while it is, and where that isn't known here. */
  readonly outOfSyncMs: number | null;
}

/** One partition as this broker sees it. Offsets are those of the next record. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  /** All that have a copy, those that come and those that go included. */
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
  readonly isr: readonly number[];
  readonly observers: readonly number[];
  /** The followers' copies, as far as this broker knows them. */
  readonly copies: readonly CopyStatus[];
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly logEndOffset: number;
  readonly sizeBytes: number;
}

/** The broker as a whole, for people and screens. */
export interface BrokerStatus {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly durability: Durability;
  readonly dataDirectory: string;
  readonly topicCount: number;
  readonly partitionCount: number;
  readonly logSizeBytes: number;
  readonly journalSizeBytes: number;
  readonly diskFreeBytes: number;
  /**
   * Whether records are taken; if not, why: its disk, a handover, or that another broker may lead.
   * A slave takes none of clients, and is writable while its disk is.
   */
  readonly writable: boolean;
  readonly writeRefusal: string | null;
  readonly damagedRanges: number;
  readonly scrub: ScrubStatus;
  readonly recordsIn: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly connections: number;
  /** What wasn't done for clients, or not at once, by reason. */
  readonly refusals: readonly RefusalCount[];
  readonly replication: ReplicationStatus;
}
