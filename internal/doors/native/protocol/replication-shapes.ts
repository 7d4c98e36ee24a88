/** How a pair's state is sent. */
import type { CopyStatus } from "../../../broker/api.ts";
import type { CatchUpStatus } from "../../../broker/membership/catch-up.ts";
import type {
  DegradedStatus,
  FollowerStatus,
  ReplicationStatus,
} from "../../../broker/membership/replication-api.ts";
import { flag, int32, int53, list, nullable, oneOf, record } from "./shapes.ts";

const MANY = 10_000;

/** A follower's copy of a partition. */
export const copyStatus = record<CopyStatus>({
  broker: int32(),
  inSync: flag,
  endOffset: nullable(int53()),
  lagRecords: int53(),
  lagBytes: nullable(int53()),
  lagMs: nullable(int53()),
  outOfSyncMs: nullable(int53()),
});

const followerStatus = record<FollowerStatus>({
  brokerId: int32(),
  mode: oneOf("sync", "async"),
  connected: flag,
  inSync: flag,
  silentMs: nullable(int53()),
  lagRecords: int53(),
});

const degradedStatus = record<DegradedStatus>({
  startMs: int53(),
  endMs: nullable(int53()),
  recordsAckedAlone: int53(),
});

/** How a broker stands with the others. */
export const replicationStatus = record<ReplicationStatus>({
  role: oneOf("master", "slave", "member"),
  leaderId: int32(-1),
  leaderEpoch: int32(),
  fenced: flag,
  mode: oneOf("sync", "async"),
  connected: flag,
  leaderSilentMs: nullable(int53()),
  inSync: flag,
  catchUp: nullable(
    record<CatchUpStatus>({
      copiedBytes: int53(),
      behindBytes: int53(),
      bytesPerSecond: nullable(int53()),
      leftMs: nullable(int53()),
    }),
  ),
  followers: list(followerStatus, MANY),
  degraded: list(degradedStatus, MANY),
});
