import type { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Etcd } from "../../platform/etcd.ts";
import type { Log } from "../../platform/log.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { Links, PeerAddress } from "../membership/links.ts";
import type { EventLog } from "../observability/event-log.ts";
import type { Topics } from "../topics/topics.ts";

/** What a broker's part in a cluster stands on. */
export interface ClusterPath {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventLog;
  readonly etcd: Etcd;
  readonly store: LogStore;
  readonly metadata: ClusterStore;
  readonly topics: Topics;
  readonly links: Links;
  readonly brokerId: number;
  /** This broker's settings by name; they change. */
  readonly brokerConfig: ReadonlyMap<string, string>;
  /** Which data directory this is: no other one has this id. */
  readonly diskId: string;
  /** Where this broker is reached; it may become known only when it serves. */
  readonly advertised: PeerAddress;
  readonly rack: string | null;
  readonly lagTimeMaxMs: number;
  readonly leaseMs: number;
  /** Makes durable how far etcd had come; rejects with `DiskError`. */
  readonly saveRevision: (revision: number) => Promise<void>;
}
