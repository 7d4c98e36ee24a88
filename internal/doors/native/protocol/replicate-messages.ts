/**
 * The messages between a slave and its master, or a follower and a leader of partitions.
 *
 * A `replicate` request opens a stream: what the master has to tell comes as events under its id,
 * what the slave says is in the fields of its `credit`.
 */
import type {
  Beat,
  FollowedLog,
  FollowerHello,
  LeaderHello,
  LogMarks,
  Placement,
} from "../../../replication/messages.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { flag, int32, int53, list, nullable, oneOf, record, text } from "./shapes.ts";
import type { StreamSignal } from "./stream-messages.ts";

/** Logs that one message may name; a partition's log has an entry of its own. */
const MANY = 100_000;

/** Opens a slave's stream; answered when it has ended. */
export interface ReplicateRequest extends FollowerHello {
  /** How many bytes of batches may be under way before the slave says that they are durable. */
  readonly creditBytes: number;
}

const mode = oneOf("sync", "async");

/** Follows this broker. */
export const replicate: Operation<ReplicateRequest, Nothing> = {
  name: "replicate",
  request: record<ReplicateRequest>({
    brokerId: int32(1),
    host: text,
    port: int32(),
    rack: nullable(text),
    mode,
    clusterId: text,
    epoch: int32(),
    creditBytes: int32(),
  }),
  answer: nothing,
};

const followedLog = record<FollowedLog>({
  index: int32(),
  name: text,
  incarnation: text,
  endOffset: int53(),
  lastEpoch: int32(-1),
  leaderEpoch: int32(),
});

/** What a slave says: logs that it wants, and what it has made durable of those that it gets. */
export interface ReplicaCredit {
  readonly follow: readonly FollowedLog[];
  /** Pairs of numbers, flat: a log's index, and the offset behind what is durable. */
  readonly copied: readonly number[];
  /** The bytes that are durable now, and may be under way anew. */
  readonly bytes: number;
  /** The time in the master's beat that this answers; null: it answers none. */
  readonly beatAtMs: number | null;
}

/** A slave's word. */
export const replicaCredit: StreamSignal<ReplicaCredit> = {
  name: "credit",
  fields: record<ReplicaCredit>({
    follow: list(followedLog, MANY),
    copied: list(int53(), 2 * MANY),
    bytes: int53(),
    beatAtMs: nullable(int53()),
  }),
};

/** The stream's first event. */
export const following: StreamSignal<LeaderHello> = {
  name: "following",
  fields: record<LeaderHello>({ leaderId: int32(), clusterId: text, epoch: int32() }),
};

/** A placement as it is sent; which fields there are depends on its kind. */
interface SentPlacement {
  readonly kind: Placement["kind"];
  readonly index: number;
  readonly offset: number | null;
  readonly epoch: number | null;
}

/** What the master says to logs that the slave wants. */
export const placed: StreamSignal<{ readonly logs: readonly SentPlacement[] }> = {
  name: "placed",
  fields: record<{ readonly logs: readonly SentPlacement[] }>({
    logs: list(
      record<SentPlacement>({
        kind: oneOf("copy", "cut", "unknown"),
        index: int32(),
        offset: nullable(int53(-1)),
        epoch: nullable(int32(-1)),
      }),
      MANY,
    ),
  }),
};

/** A placement in the form in which it is sent. */
export function sentPlacement(placement: Placement): SentPlacement {
  const { kind, index } = placement;
  if (kind === "copy") return { kind, index, offset: placement.offset, epoch: null };
  if (kind === "unknown") return { kind, index, offset: null, epoch: null };
  return { kind, index, offset: placement.endOffset, epoch: placement.epoch };
}

/** The placement that was sent. */
export function readPlacement({ kind, index, offset, epoch }: SentPlacement): Placement {
  if (kind === "copy") return { kind, index, offset: offset ?? 0 };
  if (kind === "unknown") return { kind, index };
  return { kind, index, epoch: epoch ?? -1, endOffset: offset ?? -1 };
}

const logMarks = record<LogMarks>({
  index: int32(),
  highWatermark: int53(),
  startOffset: int53(),
  endOffset: int53(),
});

/** Whole batches of one log: the payload. */
export const copies: StreamSignal<LogMarks> = { name: "copies", fields: logMarks };

/** Where logs stand that have changed. */
export const marks: StreamSignal<{ readonly logs: readonly LogMarks[] }> = {
  name: "marks",
  fields: record<{ readonly logs: readonly LogMarks[] }>({ logs: list(logMarks, MANY) }),
};

/** The master lives. */
export const beat: StreamSignal<Beat> = {
  name: "beat",
  fields: record<Beat>({ inSync: flag, behindBytes: int53(), atMs: int53() }),
};
