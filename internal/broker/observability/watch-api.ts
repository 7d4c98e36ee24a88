import type { GroupState } from "../../coordination/api.ts";
import type { Latencies } from "../../storage/latency.ts";
import type { BrokerStatus, PartitionStatus } from "../api.ts";
import type { TimedProgress } from "../groups/group-status.ts";
import type { Rates } from "./traffic.ts";

/** What someone wants to keep up with, besides the broker as a whole. */
export interface Watched {
  /** Every topic: a row for each. */
  readonly topics: boolean;
  /** Topics of which every partition is wanted; they need not be there yet. */
  readonly partitionsOf: readonly string[];
  /** The partitions that aren't `ok`, of all topics. */
  readonly faults: boolean;
  /** Every consumer group: a row for each. */
  readonly groups: boolean;
  /** Groups of which every partition is wanted; they need not be there yet. */
  readonly progressOf: readonly string[];
  readonly events: boolean;
}

/** Nothing but the broker as a whole. */
export const NOTHING_WATCHED: Watched = {
  topics: false,
  partitionsOf: [],
  faults: false,
  groups: false,
  progressOf: [],
  events: false,
};

/** The partitions of a topic that someone has before their eyes. */
export interface InView {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/**
 * Keeps up with a broker for someone who looks at it from time to time. What changes between two
 * looks is gathered, so that a look costs what has changed, and a slow looker costs nothing.
 */
export interface Watcher {
  /**
   * What has changed since the last look, everything at the first: at most `maxRows` rows of each
   * kind; the others come with the next looks. Of partitions that have been told, those `inView`
   * come with each look that finds them changed, and then only a few of the others.
   */
  take(maxRows: number, inView?: InView | null): BrokerUpdate;
  close(): void;
}

/** What a look gives: rows that are new or have changed, each of them whole. */
export interface BrokerUpdate {
  /** By the broker's clock. */
  readonly atMs: number;
  readonly broker: BrokerActivity;
  /** Topics that are no more, with all their partitions. They come before `topics`. */
  readonly removedTopics: readonly string[];
  readonly topics: readonly TopicActivity[];
  readonly partitions: readonly PartitionActivity[];
  /** Groups that are no more. They come before `groups`. */
  readonly removedGroups: readonly string[];
  readonly groups: readonly GroupActivity[];
  readonly progress: readonly GroupPartition[];
  readonly events: readonly BrokerEvent[];
  /** Whether rows are still to come that have never been told. */
  readonly incomplete: boolean;
}

/** The broker as a whole, and what goes in and out. */
export interface BrokerActivity extends BrokerStatus {
  readonly rates: Rates | null;
  /** How long the last syncs of the journal and the segments took; null before the first. */
  readonly syncs: Latencies | null;
  /** Writes are refused when the disk has less free space. */
  readonly diskReserveBytes: number;
  readonly gauges: readonly Gauge[];
}

/** Something that fills up: a queue, a buffer, connections. */
export interface Gauge {
  /**
   * Stable, for programs. `appends`: batches that wait to be written and synced; `acks`: those that
   * wait for copies; `journal`: what it holds; `connections`: those of clients.
   */
  readonly name: string;
  readonly used: number;
  /** Where someone has to wait, or is turned away; null: what fills it has bounds of its own. */
  readonly most: number | null;
  readonly unit: "count" | "bytes";
  /** How often that has happened since the broker's start. */
  readonly hitCount: number;
}

/** A topic, its partitions taken together. */
export interface TopicActivity {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  readonly partitionCount: number;
  /** Copies of each partition, observers included; the greatest where partitions differ. */
  readonly replicationFactor: number;
  /** Offsets between the log starts and the high watermarks: at most so many records. */
  readonly offsetCount: number;
  /** Bytes on this broker's disk. */
  readonly sizeBytes: number;
  /** Partitions that aren't `ok`, and the worst that one of them is. */
  readonly faultCount: number;
  readonly health: PartitionHealth;
  /** null: not known yet. */
  readonly rates: Rates | null;
}

/** The states of a partition's copies, from good to bad. */
export const PARTITION_HEALTHS = [
  /** Every copy that has to be in sync is. */
  "ok",
  /** A copy is not in sync. */
  "under-replicated",
  /** So few are in sync that writes with acks=all are refused. */
  "under-min-isr",
  /** Nobody takes writes. */
  "leaderless",
] as const;

/** The worst that holds of a partition's copies. */
export type PartitionHealth = (typeof PARTITION_HEALTHS)[number];

/** A partition, and what goes in and out. */
export interface PartitionActivity extends PartitionStatus {
  readonly health: PartitionHealth;
  /** null: not known yet. */
  readonly rates: Rates | null;
}

/** A consumer group, its partitions taken together. Partitions without an offset don't count. */
export interface GroupActivity {
  readonly groupId: string;
  readonly state: GroupState;
  readonly memberCount: number;
  /** Partitions of which it has committed an offset. */
  readonly partitionCount: number;
  /** Those offsets together: how fast this grows is how fast the group reads. */
  readonly committedTotal: number;
  /** Records that it has still to read, and those of the partition that has most. */
  readonly lag: number;
  readonly maxLag: number;
  /** The same as time: of the partition that is furthest behind, or that takes longest. */
  readonly lagMs: number;
  readonly drainMs: number;
  /** The topics that it is behind in most, each with its lag; not all of them if there are many. */
  readonly topics: readonly TopicLag[];
}

/** How far a group is behind in a topic. */
export interface TopicLag {
  readonly topic: string;
  readonly lag: number;
}

/** A partition that a group reads. With neither an offset nor an owner it does so no longer. */
export interface GroupPartition extends Omit<TimedProgress, "metadata"> {
  readonly groupId: string;
  /** Of the member that has the partition; empty if none has. */
  readonly clientId: string;
  readonly clientHost: string;
}

/** Something that happened. */
export interface BrokerEvent {
  /** Counts up from 1, through restarts, too. */
  readonly sequence: number;
  readonly atMs: number;
  readonly severity: "info" | "warning" | "error";
  /** Stable, for programs: `topic-created`. */
  readonly kind: string;
  /** What it happened to: a topic's name, or empty for the broker. */
  readonly subject: string;
  /** One sentence. */
  readonly message: string;
}
