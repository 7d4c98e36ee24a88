/**
 * The requests of the native protocol and their answers, field by field; docs/native-protocol.md
 * says what they mean. What reads and writes them at either end is made of these tables. Those
 * about topics are in topic-operations.ts, those of streams in stream-messages.ts.
 */
import type {
  BrokerStatus,
  FoundOffset,
  OffsetPosition,
  ProduceReceipt,
} from "../../../broker/api.ts";
import type { RefusalCount } from "../../../broker/observability/refusal-counts.ts";
import type { ScrubStatus } from "../../../storage/scrub/scrubber.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { offsetPosition } from "./positions.ts";
import { replicationStatus } from "./replication-shapes.ts";
import { flag, int32, int53, list, nullable, oneOf, optional, record, text } from "./shapes.ts";

/** More names than the protocol will ever have. */
const MAX_CAPABILITIES = 1000;

/** The versions of the protocol that this code speaks, the preface's not counted. */
export const PROTOCOL_VERSIONS = { least: 1, greatest: 1 } as const;

/** The first request of a connection: which versions of the protocol its client speaks. */
export interface HelloRequest {
  readonly minVersion: number;
  readonly maxVersion: number;
  /** Who is calling, for the broker's log. */
  readonly client: string;
}

/** The broker's greeting. */
export interface BrokerHello {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly brokerVersion: string;
  /** The version of the protocol that this connection speaks. */
  readonly protocolVersion: number;
  /** Whether it is one of a cluster, in which each partition has a leader of its own. */
  readonly inCluster: boolean;
  /** What this broker can do: the names of its operations. */
  readonly capabilities: readonly string[];
  /** No frame on this connection may have a length above this. */
  readonly maxFrameBytes: number;
}

/** Begins the conversation. */
export const hello: Operation<HelloRequest, BrokerHello> = {
  name: "hello",
  request: record<HelloRequest>({ minVersion: int32(), maxVersion: int32(), client: text }),
  answer: record<BrokerHello>({
    protocolVersion: int32(),
    brokerId: int32(),
    clusterId: text,
    brokerVersion: text,
    inCluster: optional(flag, false),
    capabilities: list(text, MAX_CAPABILITIES),
    maxFrameBytes: int32(),
  }),
};

/** One v2 record batch, the payload, for one partition. */
export interface ProduceHead {
  readonly topic: string;
  readonly partition: number;
  readonly acks: -1 | 0 | 1;
}

/** What was written, where, and what the ack is worth. */
export interface BatchReceipt extends ProduceReceipt {
  readonly topic: string;
  readonly partition: number;
}

/** Appends the batch that is its payload. */
export const produce: Operation<ProduceHead, BatchReceipt> = {
  name: "produce",
  request: record<ProduceHead>({ topic: text, partition: int32(), acks: oneOf(-1, 0, 1) }),
  answer: record<BatchReceipt>({
    topic: text,
    partition: int32(),
    baseOffset: int53(-1),
    lastOffset: int53(-1),
    logAppendTimeMs: int53(-1),
    logStartOffset: int53(-1),
    durability: oneOf("fsync", "memory"),
    copies: int32(),
    duplicate: flag,
  }),
};

/** One v2 record batch, the payload, as it was read from a log; it is put back there. */
export interface RestoreHead {
  readonly topic: string;
  readonly partition: number;
}

/** Appends the batch that is its payload, with the offsets that it has. */
export const restore: Operation<RestoreHead, BatchReceipt> = {
  name: "restore",
  request: record<RestoreHead>({ topic: text, partition: int32() }),
  answer: produce.answer,
};

/** A place in a partition that is to be found. */
export interface FindOffsetRequest {
  readonly topic: string;
  readonly partition: number;
  readonly position: OffsetPosition;
}

/** Turns a position into an offset. */
export const findOffset: Operation<FindOffsetRequest, FoundOffset> = {
  name: "find-offset",
  request: record<FindOffsetRequest>({
    topic: text,
    partition: int32(),
    position: offsetPosition,
  }),
  answer: record<FoundOffset>({
    offset: int53(-1),
    timestampMs: int53(-1),
    leaderEpoch: int32(-1),
  }),
};

/** Records to be removed: those before `offset`, or, with -1, before the high watermark. */
export interface DeleteRecordsRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Removes the oldest records; answered by where the log begins now. */
export const deleteRecords: Operation<DeleteRecordsRequest, { readonly logStartOffset: number }> = {
  name: "delete-records",
  request: record<DeleteRecordsRequest>({ topic: text, partition: int32(), offset: int53(-1) }),
  answer: record<{ readonly logStartOffset: number }>({ logStartOffset: int53() }),
};

/** More reasons than are counted. */
const MAX_REASONS = 1000;
const scrubStatus = record<ScrubStatus>({
  state: oneOf("off", "waiting", "running"),
  checkedBytes: int53(),
  totalBytes: int53(),
  roundStartedAtMs: nullable(int53()),
  lastRoundEndedAtMs: nullable(int53()),
});

/** What the state of a broker consists of. */
export const statusFields = {
  brokerId: int32(),
  clusterId: text,
  version: text,
  startedAtMs: int53(),
  durability: oneOf("fsync", "memory"),
  dataDirectory: text,
  topicCount: int53(),
  partitionCount: int53(),
  logSizeBytes: int53(),
  journalSizeBytes: int53(),
  diskFreeBytes: int53(),
  writable: flag,
  writeRefusal: nullable(text),
  damagedRanges: int53(),
  scrub: scrubStatus,
  recordsIn: int53(),
  bytesIn: int53(),
  bytesOut: int53(),
  connections: int53(),
  refusals: list(record<RefusalCount>({ reason: text, count: int53() }), MAX_REASONS),
  replication: replicationStatus,
};

/** The broker as a whole. */
export const status: Operation<Nothing, BrokerStatus> = {
  name: "status",
  request: nothing,
  answer: record<BrokerStatus>(statusFields),
};
