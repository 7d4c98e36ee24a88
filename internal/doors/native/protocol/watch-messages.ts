/**
 * The messages of a stream of changes. It is opened by a `watch` request; what has changed comes
 * as `update` events under the request's id, at most one an interval; the request's answer is the
 * end of the stream.
 */
import {
  type BrokerActivity,
  type BrokerEvent,
  type BrokerUpdate,
  type Gauge,
  type GroupActivity,
  type GroupPartition,
  type InView,
  PARTITION_HEALTHS,
  type PartitionActivity,
  type TopicActivity,
  type TopicLag,
  type Watched,
} from "../../../broker/observability/watch-api.ts";
import { groupState, lagTimeFields, progressFields } from "./group-operations.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { statusFields } from "./operations.ts";
import {
  decimal,
  flag,
  int32,
  int53,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
} from "./shapes.ts";
import type { StreamSignal } from "./stream-messages.ts";
import { partitionFields } from "./topic-operations.ts";

/** Topics whose partitions one stream may watch. */
export const MAX_WATCHED_TOPICS = 100;

/** Groups whose partitions one stream may watch. */
export const MAX_WATCHED_GROUPS = 10;

/** Partitions that one can have before one's eyes. */
export const MAX_PARTITIONS_IN_VIEW = 300;

/** More entries than one update has. */
const MANY = 100_000;

/** What to watch, how often, and how many updates may come before more are granted. */
export interface WatchRequest extends Watched {
  readonly intervalMs: number;
  readonly credit: number;
}

/** Opens a stream of changes; answered when it has ended. */
export const watch: Operation<WatchRequest, Nothing> = {
  name: "watch",
  request: record<WatchRequest>({
    intervalMs: int32(),
    credit: int32(),
    topics: optional(flag, false),
    partitionsOf: optional(list(text, MAX_WATCHED_TOPICS), []),
    faults: optional(flag, false),
    groups: optional(flag, false),
    progressOf: optional(list(text, MAX_WATCHED_GROUPS), []),
    events: optional(flag, false),
  }),
  answer: nothing,
};

/** Grants the broker so many updates more, and says which partitions are looked at by now. */
export interface WatchCredit {
  readonly updates: number;
  /** null: all are of the same interest. */
  readonly inView: InView | null;
}

/** Grants updates. */
export const watchCredit: StreamSignal<WatchCredit> = {
  name: "credit",
  fields: record<WatchCredit>({
    updates: int32(1),
    inView: nullable(
      record<InView>({ topic: text, partitions: list(int32(), MAX_PARTITIONS_IN_VIEW) }),
    ),
  }),
};

const rates = nullable(
  record<NonNullable<BrokerActivity["rates"]>>({
    recordsInPerSecond: decimal,
    bytesInPerSecond: decimal,
    bytesOutPerSecond: decimal,
  }),
);

const brokerActivity = record<BrokerActivity>({
  ...statusFields,
  rates,
  syncs: nullable(
    record<NonNullable<BrokerActivity["syncs"]>>({
      p50Ms: decimal,
      p99Ms: decimal,
      maxMs: decimal,
    }),
  ),
  diskReserveBytes: int53(),
  gauges: list(
    record<Gauge>({
      name: text,
      used: int53(),
      most: nullable(int53()),
      unit: oneOf("count", "bytes"),
      hitCount: int53(),
    }),
    MANY,
  ),
});

const topicActivity = record<TopicActivity>({
  name: text,
  id: text,
  internal: flag,
  partitionCount: int32(),
  replicationFactor: int32(),
  offsetCount: int53(),
  sizeBytes: int53(),
  faultCount: int32(),
  health: oneOf(...PARTITION_HEALTHS),
  rates,
});

const partitionActivity = record<PartitionActivity>({
  ...partitionFields,
  health: oneOf(...PARTITION_HEALTHS),
  rates,
});

const groupActivity = record<GroupActivity>({
  groupId: text,
  state: groupState,
  memberCount: int32(),
  partitionCount: int53(),
  committedTotal: int53(),
  lag: int53(),
  maxLag: int53(),
  ...lagTimeFields,
  topics: list(record<TopicLag>({ topic: text, lag: int53() }), MANY),
});

const groupPartition = record<GroupPartition>({
  groupId: text,
  ...progressFields,
  ...lagTimeFields,
  clientId: text,
  clientHost: text,
});

const brokerEvent = record<BrokerEvent>({
  sequence: int53(1),
  atMs: int53(),
  severity: oneOf("info", "warning", "error"),
  kind: text,
  subject: text,
  message: text,
});

/** What has changed since the last update. */
export const update: StreamSignal<BrokerUpdate> = {
  name: "update",
  fields: record<BrokerUpdate>({
    atMs: int53(),
    broker: brokerActivity,
    removedTopics: list(text, MANY),
    topics: list(topicActivity, MANY),
    partitions: list(partitionActivity, MANY),
    removedGroups: list(text, MANY),
    groups: list(groupActivity, MANY),
    progress: list(groupPartition, MANY),
    events: list(brokerEvent, MANY),
    incomplete: flag,
  }),
};
