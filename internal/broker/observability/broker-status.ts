import type { Disk } from "../../platform/disk.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { BrokerIdentity, BrokerStatus, Durability } from "../api.ts";
import type { Membership } from "../membership/membership.ts";
import { writeRefusal } from "../refusals.ts";
import type { LogSums, LogTotals } from "../topics/log-totals.ts";
import type { Topics } from "../topics/topics.ts";
import { brokerPressure, type ConnectionCounts } from "./gauges.ts";
import type { RefusalCounts } from "./refusal-counts.ts";
import { storageStatus } from "./storage-status.ts";
import type { Traffic } from "./traffic.ts";
import type { BrokerActivity } from "./watch-api.ts";

/** What a broker's state is put together of. */
export interface StatusPath {
  readonly identity: BrokerIdentity;
  readonly startedAtMs: number;
  readonly dataDirectory: string;
  readonly durability: Durability;
  readonly disk: Disk;
  readonly store: LogStore;
  readonly topics: Topics;
  readonly traffic: Traffic;
  readonly connections: ConnectionCounts;
  readonly refusals: RefusalCounts;
  readonly membership: Membership;
}

/** The broker as a whole. */
export function brokerStatus(path: StatusPath, logs: LogTotals): BrokerStatus {
  return statusOf(path, logs.look());
}

/** The same, with how hard it is pressed. */
export function brokerActivity(path: StatusPath, logs: LogTotals): Omit<BrokerActivity, "rates"> {
  const sums = logs.look();
  return { ...statusOf(path, sums), ...brokerPressure(path.store, sums, path.connections) };
}

function statusOf(path: StatusPath, sums: LogSums): BrokerStatus {
  const { identity, dataDirectory, traffic, membership } = path;
  const refusal = writeRefusal(path.store, membership);
  const { brokerId, clusterId, version } = identity;
  const topics = path.topics.list();
  return {
    brokerId,
    clusterId,
    version,
    startedAtMs: path.startedAtMs,
    durability: path.durability,
    dataDirectory,
    topicCount: topics.length,
    partitionCount: topics.reduce((sum, { partitionCount }) => sum + partitionCount, 0),
    writable: refusal === null,
    writeRefusal: refusal,
    ...storageStatus(path.store, sums),
    diskFreeBytes: path.disk.freeBytes(dataDirectory),
    recordsIn: traffic.recordsIn,
    bytesIn: traffic.bytesIn,
    bytesOut: traffic.bytesOut,
    connections: path.connections.open,
    refusals: path.refusals.list(),
    replication: membership.status(),
  };
}
