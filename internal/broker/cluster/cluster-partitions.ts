import type { PartitionState } from "../../metadata/cluster/cluster-state.ts";
import { comingOf } from "../../metadata/cluster/reassign.ts";
import { type PartitionPlace, partitionOfLog } from "../../metadata/partition-names.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import { BrokerError } from "../errors.ts";
import { ledCopies } from "../membership/led-copies.ts";
import type { SharedPartitions } from "../membership/membership.ts";
import { otherCopyOf } from "../membership/near-copy.ts";
import type { CopiesView } from "../membership/partitions-view.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterPath } from "./cluster-path.ts";

/** The partitions of a cluster: each is led by whom etcd says. */
export function clusterPartitions(path: ClusterPath, cluster: Cluster): SharedPartitions {
  const { metadata, topics } = path;
  const { image } = metadata;
  const stateOf = ({ topicId, index }: PartitionPlace) => image.partition(topicId, index);
  const leads = ({ topicId, index }: PartitionPlace) => {
    const topic = metadata.topicById(topicId);
    const log = topic && topics.get(topic.name)?.used(index)?.log;
    return log !== undefined && cluster.leader.led(log) !== undefined;
  };
  const notLed = (place: PartitionPlace) => {
    const leader = stateOf(place)?.leader ?? -1;
    const who = leader < 0 ? "nobody does now" : `broker ${leader} does`;
    return new BrokerError("not-leader", `this broker doesn't lead the partition: ${who}`);
  };
  return {
    get brokerCount() {
      return cluster.brokers().length;
    },
    isShared: true,
    refusalOf: notLed,
    askRefusalOf: (place) => (leads(place) ? null : notLed(place)),
    leaderEpochOf: (place) => stateOf(place)?.epoch ?? 0,
    partOf: (place) => {
      if (!stateOf(place)?.replicas.includes(path.brokerId)) return "nothing";
      return leads(place) ? "lead" : "copy";
    },
    copiesOf: (place, log) => copiesOf(path, cluster, place, log),
    otherCopy: (log, offset) => {
      const named = partitionOfLog(log.name);
      const state = named && image.partition(log.incarnation, named.partition);
      const isLed = cluster.leader.led(log) !== undefined;
      const id = isLed ? otherCopyOf(cluster.leader, log, offset) : state?.leader;
      return cluster.brokers().find((node) => node.id === id && id !== path.brokerId) ?? null;
    },
  };
}

/** What its leader knows of a partition, or what etcd says of it. */
function copiesOf(
  path: ClusterPath,
  cluster: Cluster,
  { topicId, index }: PartitionPlace,
  log: PartitionLog | null,
): CopiesView {
  const { clock, brokerId, metadata } = path;
  const led = log && cluster.leader.led(log);
  const state = metadata.image.partition(topicId, index);
  const { epoch: leaderEpoch = 0, replicas = [], removing = [], isr = [] } = state ?? {};
  const copies = { replicas, adding: state ? comingOf(state) : [], removing };
  if (led && !cluster.leader.isFenced) return { ...ledCopies(clock, brokerId, led), ...copies };
  const leader = knownLeader(path, cluster.leader, state);
  return { leader, leaderEpoch, ...copies, isr, observers: [], copies: [] };
}

/** Who leads a partition; who may have lost its lease doesn't know who leads what it has led. */
export function knownLeader(
  { brokerId }: ClusterPath,
  { isFenced }: ReplicationLeader,
  state: PartitionState | undefined,
): number {
  const leader = state?.leader ?? -1;
  return leader === brokerId && isFenced ? -1 : leader;
}
