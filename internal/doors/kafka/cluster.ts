import type { Broker } from "../../broker/api.ts";
import type { BrokerNode } from "../../broker/membership/replication-api.ts";

/** A broker, and where clients find it. */
export interface Node {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** The brokers of the cluster. */
export function nodesOf({ replication }: Broker): Node[] {
  return replication.brokers().map(nodeOf);
}

/** Those that clients are told of, which needn't be there any more. */
export function toldNodesOf({ replication }: Broker): Node[] {
  return replication.toldBrokers().map(nodeOf);
}

function nodeOf({ id, host, port, rack }: BrokerNode): Node {
  return { nodeId: id, host, port, rack };
}

/** Who leads a partition, for a client that asked the wrong broker; -1 where that isn't known. */
export function leaderOf(
  broker: Broker,
  topic: string,
  partition: number,
): { readonly leaderId: number; readonly leaderEpoch: number } {
  const status = broker.partition(topic, partition);
  return { leaderId: status?.leader ?? -1, leaderEpoch: status?.leaderEpoch ?? -1 };
}

/*
 * What a client may do, as a bit for each operation (KIP-430): without access control, everything
 * that exists for the kind of resource.
 *
 *   3 read | 4 write | 5 create | 6 delete | 7 alter | 8 describe | 9 cluster action
 *   10 describe configs | 11 alter configs | 12 idempotent write
 */

/** What clients may do with a topic, as bits of Kafka's AclOperation. */
export const TOPIC_OPERATIONS = bits(3, 4, 5, 6, 7, 8, 10, 11);

/** What clients may do with the cluster, as bits of Kafka's AclOperation. */
export const CLUSTER_OPERATIONS = bits(5, 7, 8, 9, 10, 11, 12);

/** What clients may do with a group, as bits of Kafka's AclOperation. */
export const GROUP_OPERATIONS = bits(3, 6, 8);

function bits(...operations: number[]): number {
  return operations.reduce((set, operation) => set | (1 << operation), 0);
}
