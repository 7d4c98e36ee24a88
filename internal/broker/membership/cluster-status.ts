import type { Broker } from "../api.ts";
import type { KnownBroker, Replication } from "./replication-api.ts";

/** A broker of the cluster, and its share of the partitions. */
export interface BrokerShare {
  readonly brokerId: number;
  /** Where clients reach it; null while it isn't there. */
  readonly host: string | null;
  readonly port: number | null;
  readonly rack: string | null;
  /** Whether it is there, as far as this broker knows. */
  readonly live: boolean;
  /** Whether it is about to stop: others take over what it leads. */
  readonly stopping: boolean;
  /** Whether it is to have no copies. */
  readonly drained: boolean;
  /** Partitions that it leads, that it has a copy of, and whose copy is in sync. */
  readonly leaderCount: number;
  readonly replicaCount: number;
  readonly inSyncCount: number;
}

/** All brokers: those that are there, and those that keep copies and aren't. */
export interface ClusterStatus {
  readonly clusterId: string;
  /** Who decides: the controller of a cluster, the master of a pair; -1 while that isn't known. */
  readonly controllerId: number;
  /** In the order of their ids. */
  readonly brokers: readonly BrokerShare[];
}

/** How many partitions a broker has. */
interface Counts {
  leaders: number;
  replicas: number;
  inSync: number;
}

/** The brokers that belong together, as this one knows them. */
export function clusterStatus(broker: Broker): ClusterStatus {
  const { replication, identity } = broker;
  const counts = partitionCounts(broker);
  const nodes = new Map(replication.brokers().map((node) => [node.id, node]));
  const ids = [...new Set([...nodes.keys(), ...counts.keys()])].sort((a, b) => a - b);
  const live = liveIds(replication, identity.brokerId);
  return {
    clusterId: identity.clusterId,
    controllerId: replication.controllerId,
    brokers: ids.map((id) => shareOf(id, nodes.get(id), live.has(id), counts.get(id))),
  };
}

function shareOf(
  brokerId: number,
  node: KnownBroker | undefined,
  live: boolean,
  counts: Counts = { leaders: 0, replicas: 0, inSync: 0 },
): BrokerShare {
  const { host = null, port = null, rack = null } = node ?? {};
  const { isStopping: stopping = false, isDrained: drained = false } = node ?? {};
  const { leaders: leaderCount, replicas: replicaCount, inSync: inSyncCount } = counts;
  return {
    ...{ brokerId, host, port, rack, live, stopping, drained },
    ...{ leaderCount, replicaCount, inSyncCount },
  };
}

/** Who is there: in a cluster all that are known by their leases, in a pair who is heard. */
function liveIds(replication: Replication, own: number): ReadonlySet<number> {
  if (replication.inCluster) return new Set(replication.brokers().map(({ id }) => id));
  const { leaderId, connected, followers } = replication.status();
  const heard = followers.filter((each) => each.connected).map(({ brokerId }) => brokerId);
  return new Set([own, ...(connected ? [leaderId] : []), ...heard]);
}

/** The partitions of all brokers, by their ids. */
function partitionCounts(broker: Broker): ReadonlyMap<number, Counts> {
  const counts = new Map<number, Counts>();
  const of = (id: number): Counts => {
    const known = counts.get(id) ?? { leaders: 0, replicas: 0, inSync: 0 };
    counts.set(id, known);
    return known;
  };
  for (const { name, partitionCount } of broker.topics()) {
    for (let index = 0; index < partitionCount; index++) {
      const { leader = -1, replicas = [], isr = [] } = broker.partition(name, index) ?? {};
      if (leader >= 0) of(leader).leaders++;
      for (const id of replicas) of(id).replicas++;
      for (const id of isr) of(id).inSync++;
    }
  }
  return counts;
}
