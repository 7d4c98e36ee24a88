import type { Disk } from "../platform/disk.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { BrokerIdentity, BrokerStatus } from "./api.ts";
import type { RefusalCounts } from "./refusal-counts.ts";
import type { ReplicationStatus } from "./replication-api.ts";
import { storageStatus } from "./storage-status.ts";
import { topicSettings } from "./topic-settings.ts";
import type { Topics } from "./topics.ts";
import type { Traffic } from "./traffic.ts";

/** What a broker's state is put together of. */
export interface StatusPath {
  readonly identity: BrokerIdentity;
  readonly startedAtMs: number;
  readonly dataDirectory: string;
  readonly config: ReadonlyMap<string, string>;
  readonly disk: Disk;
  readonly store: LogStore;
  readonly topics: Topics;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly refusals: RefusalCounts;
  readonly replication: ReplicationStatus;
}

/** The broker as a whole. */
export function brokerStatus(path: StatusPath): BrokerStatus {
  const { identity, dataDirectory, traffic } = path;
  const { brokerId, clusterId, version } = identity;
  const topics = path.topics.list();
  return {
    brokerId,
    clusterId,
    version,
    startedAtMs: path.startedAtMs,
    durability: topicSettings(new Map(), path.config).durability,
    dataDirectory,
    topicCount: topics.length,
    partitionCount: topics.reduce((sum, { partitionCount }) => sum + partitionCount, 0),
    ...storageStatus(path.store),
    diskFreeBytes: path.disk.freeBytes(dataDirectory),
    recordsIn: traffic.recordsIn,
    bytesIn: traffic.bytesIn,
    bytesOut: traffic.bytesOut,
    connections: path.connections,
    refusals: path.refusals.list(),
    replication: path.replication,
  };
}
