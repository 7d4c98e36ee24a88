import type { Broker, Topic } from "../../broker/api.ts";
import { standsInForReaders } from "../../broker/membership/stand-in.ts";
import { nodesOf } from "./cluster.ts";
import { kafkaErrors } from "./protocol/error-codes.ts";

/** A partition as clients are told of it. */
export interface DescribedPartition {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly offlineReplicas: readonly number[];
}

/**
 * The partitions of a topic from `from` on, `count` of them at the most. Clients know no other
 * place to read from than the leader: this broker is told to be it where it stands in for one that
 * is away. Who writes is told by an error that it isn't.
 */
export function partitionsOf(
  broker: Broker,
  { name, partitionCount }: Topic,
  from = 0,
  count = partitionCount,
): DescribedPartition[] {
  const partitions: DescribedPartition[] = [];
  const nodes = new Set(nodesOf(broker).map(({ nodeId }) => nodeId));
  const to = Math.min(partitionCount, from + count);
  const standIn = standsInForReaders(broker) ? broker.identity.brokerId : null;
  for (let partition = from; partition < to; partition++) {
    const status = broker.partition(name, partition);
    if (status === undefined) continue; // the topic is gone
    const leaderId = standIn ?? status.leader;
    partitions.push({
      errorCode: leaderId < 0 ? kafkaErrors.LEADER_NOT_AVAILABLE.code : 0,
      partitionIndex: partition,
      leaderId,
      leaderEpoch: status.leaderEpoch,
      replicaNodes: status.replicas,
      isrNodes: status.isr,
      offlineReplicas: status.replicas.filter((id) => !nodes.has(id)),
    });
  }
  return partitions;
}
